#!/usr/bin/python3
"""Pictures that a model's training never showed it: photographs made worse, and no photographs.

    make_pictures.py KIND SOURCE TARGET [SEVERITY]

KIND is one of CORRUPTIONS, applied to every picture of the folder SOURCE and written under the same
names, or one of DRAWN, of which SOURCE is the number of pictures. JPEG quality 95 but for `jpeg`.
"""

import sys
from pathlib import Path

import cv2
import numpy as np


def gaussian_noise(image, severity, random):
    return image + random.normal(0, severity, image.shape)


def blur(image, severity, _):
    return cv2.GaussianBlur(image, (0, 0), severity)


def low_light(image, severity, random):
    """A darker exposure: linear light, with the sensor's noise that then shows."""
    light = (image / 255.0) ** 2.2 * severity
    light = random.poisson(light * 400) / 400
    return 255 * np.clip(light, 0, 1) ** (1 / 2.2)


def fog(image, severity, _):
    """Contrast lost to a bright haze."""
    return image * (1 - severity) + 225 * severity


def jpeg(image, _severity, _random):
    return image


def gray(image, _severity, _random):
    return np.repeat(cv2.cvtColor(image.astype(np.uint8), cv2.COLOR_BGR2GRAY)[..., None], 3, 2)


CORRUPTIONS = {  # with the severity that costs the default model a fifth of its AP50 or more
    "gaussian_noise": (gaussian_noise, 25), "blur": (blur, 2), "low_light": (low_light, 0.1),
    "fog": (fog, 0.7), "jpeg": (jpeg, 10), "gray": (gray, 0),
}


def text_page(random):
    page = np.full((640, 480, 3), 250, np.uint8)
    letters = list("abcdefghijklmnopqrstuvwxyz    ")
    for y in range(40, 620, int(random.integers(16, 26))):
        line = "".join(random.choice(letters, int(random.integers(20, 52))))
        cv2.putText(page, line, (25, y), cv2.FONT_HERSHEY_COMPLEX_SMALL,
                    float(random.uniform(0.5, 0.7)), (30, 30, 30), 1, cv2.LINE_AA)
    return page


def microscopy(random):
    image = np.full((512, 512, 3), (215, 190, 225), np.float64)
    image += cv2.GaussianBlur(random.normal(0, 60, image.shape), (0, 0), 12)
    for _ in range(int(random.integers(40, 120))):
        center = tuple(int(v) for v in random.integers(0, 512, 2))
        axes = tuple(int(v) for v in random.integers(8, 26, 2))
        color = (150 + 30 * random.random(), 80 + 40 * random.random(), 150 + 40 * random.random())
        cv2.ellipse(image, center, axes, float(random.uniform(0, 180)), 0, 360, color, -1)
        cv2.circle(image, center, 4, (110, 40, 90), -1)
    return cv2.GaussianBlur(np.clip(image, 0, 255), (0, 0), 1.2)


def drawing(random):
    image = np.full((480, 640, 3), 255, np.uint8)
    for _ in range(int(random.integers(6, 20))):
        a, b = (tuple(int(v) for v in random.integers((0, 0), (640, 480))) for _ in range(2))
        color = tuple(int(v) for v in random.integers(0, 256, 3))
        kind = int(random.integers(3))
        if kind == 0:
            cv2.rectangle(image, a, b, color, int(random.integers(1, 6)))
        elif kind == 1:
            cv2.circle(image, a, int(random.integers(10, 120)), color, int(random.integers(1, 6)))
        else:
            cv2.line(image, a, b, color, int(random.integers(1, 8)), cv2.LINE_AA)
    return image


DRAWN = {"text": text_page, "microscopy": microscopy, "drawings": drawing}


def write(path, image, quality=95):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.clip(image, 0, 255).astype(np.uint8),
                [cv2.IMWRITE_JPEG_QUALITY, quality])


def make(kind, source, target, severity=None):
    random = np.random.default_rng(1)
    target = Path(target)
    if kind in DRAWN:
        for i in range(int(source)):
            write(target / f"{kind}_{i:03}.jpg", DRAWN[kind](random))
        return
    corrupt, usual = CORRUPTIONS[kind]
    severity = usual if severity is None else severity
    for path in sorted(Path(source).iterdir()):
        image = corrupt(cv2.imread(str(path)).astype(np.float64), severity, random)
        write(target / path.name, image, int(severity) if kind == "jpeg" else 95)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]) if len(sys.argv) > 4 else None)
