#!/usr/bin/python3
"""Writes small ONNX files for onnx_model_test.cc, whose expected values follow from the code here.

usage: make_tiny_onnx.py FOLDER. Inputs are [1,3,4,4].
"""

import sys
import warnings
from pathlib import Path

import torch
from torch import Tensor


class Dense(torch.nn.Module):
    """Two boxes from the first 8 inputs, 2 x 2 scores from the next 4, the input's corner as feature map."""

    def forward(self, x: Tensor):
        flat = x.reshape(1, 48)
        return flat[:, :8].reshape(1, 2, 4), flat[:, 8:12].reshape(1, 2, 2), x[:, :, :2, :2]


class ThreeClasses(torch.nn.Module):
    def forward(self, x: Tensor):
        flat = x.reshape(1, 48)
        return flat[:, :8].reshape(1, 2, 4), flat[:, 8:14].reshape(1, 2, 3), x * 1


class YoloV5(torch.nn.Module):
    """Two rows of box, objectness and two scores."""

    def forward(self, x: Tensor):
        return x.reshape(1, 48)[:, :14].reshape(1, 2, 7)


class YoloV8(torch.nn.Module):
    """Three boxes and two scores of each, a plane a value."""

    def forward(self, x: Tensor):
        return x.reshape(1, 48)[:, :18].reshape(1, 6, 3)


class Semantic(torch.nn.Module):
    """Two channels of scores, of the first two planes."""

    def forward(self, x: Tensor):
        return x[:, :2] * 1


class Places(torch.nn.Module):
    """What has no layer in OpenCV: the places of all inputs that are not zero."""

    def forward(self, x: Tensor):
        return x.reshape(1, 48).nonzero().float().reshape(1, -1, 2)


def main():
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # Names that do not sort as the outputs do.
    dense = ["rectangles", "probabilities", "map"]
    files = {
        "dense": (Dense(), dense, {}), "three_classes": (ThreeClasses(), dense, {}), "yolo_v5": (YoloV5(), ["y"], {}),
        "yolo_v8": (YoloV8(), ["y"], {}), "places": (Places(), ["y"], {}), "semantic": (Semantic(), ["y"], {}),
        "any_batch": (YoloV8(), ["y"], {"pictures": [0]}),
    }
    for name, (module, outputs, axes) in files.items():
        torch.onnx.export(module.eval(), torch.ones(1, 3, 4, 4), str(folder / f"{name}.onnx"), opset_version=10,
                          input_names=["pictures"], output_names=outputs, dynamic_axes=axes)
    (folder / "no_model.onnx").write_text("this is no ONNX file\n")


if __name__ == "__main__":
    main()
