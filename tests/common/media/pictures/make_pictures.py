#!/usr/bin/python3
"""Makes the pictures in this folder, which OpenCV cannot write, with Pillow (python3-pil):

    tests/common/media/pictures/make_pictures.py
"""

import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
FRAMES = [Image.new("RGB", (6, 4), color) for color in ("red", "lime", "blue")]


def several(name, **options):
    FRAMES[0].save(HERE / name, save_all=True, append_images=FRAMES[1:], **options)


several("animated.gif")
several("animated.png")
several("animated.webp", lossless=True)
several("pages.tif")

Image.new("RGB", (16, 16), "red").convert("CMYK").save(HERE / "cmyk.jpg", quality=100)

red = np.full((4, 4, 3), (255, 0, 0), np.uint8)
Image.fromarray(red).convert("CMYK").save(HERE / "cmyk.tif")
Image.fromarray(red).quantize(4).save(HERE / "palette.png")
Image.fromarray(red[:, :, 0] > 0).save(HERE / "bits.png")

# Red, half of it transparent and then all of it.
pixels = np.full((2, 3, 4), (255, 0, 0, 255), np.uint8)
pixels[0, 1, 3], pixels[0, 2, 3] = 128, 0
for name, options in (("alpha.png", {}), ("alpha.tif", {}),
                      ("alpha.webp", {"lossless": True, "exact": True})):
    Image.fromarray(pixels).save(HERE / name, **options)

Image.fromarray(np.array([[0.0, 0.5], [0.75, 1.0]], np.float32)).save(HERE / "float.tif")

# Stored: red at the left end of the first row, green at its right end.
pixels = np.zeros((2, 3, 3), np.uint8)
pixels[0, 0], pixels[0, 2] = (255, 0, 0), (0, 255, 0)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind, options in (("png", {}), ("tif", {}), ("webp", {"lossless": True})):
        Image.fromarray(pixels).save(HERE / f"turned-{orientation}.{kind}", exif=exif, **options)
