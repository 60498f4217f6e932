#!/usr/bin/python3
"""Writes small TorchScript modules for torch_model_test.cc, whose expected values follow from the code here.

usage: make_tiny_module.py FOLDER. Inputs are [B,3,4,4].
"""

import sys
from pathlib import Path
from typing import List, Tuple

import torch
from torch import Tensor


class Dense(torch.nn.Module):
    """Two boxes from the first 8 inputs, 2 x 2 scores from the next 4, the input's corner as feature map."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        flat = x.flatten(1)
        return flat[:, :8].reshape([-1, 2, 4]), flat[:, 8:12].reshape([-1, 2, 2]), x[:, :, :2, :2]


class ThreeClasses(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        flat = x.flatten(1)
        return flat[:, :8].reshape([-1, 2, 4]), flat[:, 8:14].reshape([-1, 2, 3]), x


class FiveCorners(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        flat = x.flatten(1)
        return flat[:, :10].reshape([-1, 2, 5]), flat[:, 10:14].reshape([-1, 2, 2]), x


class OneTensor(torch.nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class NoFeatureMap(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        flat = x.flatten(1)
        return flat[:, :8].reshape([-1, 2, 4]), flat[:, 8:12].reshape([-1, 2, 2])


class ListOfScores(torch.nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, List[Tensor], Tensor]:
        return x.flatten(1)[:, :8].reshape([-1, 2, 4]), [x], x


class FailsOnLight(torch.nn.Module):
    """Raises where the first input is positive: a warm-up with zeros passes."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        if float(x[0, 0, 0, 0]) > 0:
            raise RuntimeError("too much light")
        flat = x.flatten(1)
        return flat[:, :8].reshape([-1, 2, 4]), flat[:, 8:12].reshape([-1, 2, 2]), x


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    modules = {
        "dense": Dense(), "three_classes": ThreeClasses(), "five_corners": FiveCorners(), "one_tensor": OneTensor(),
        "no_feature_map": NoFeatureMap(), "list_of_scores": ListOfScores(), "fails_on_light": FailsOnLight(),
    }
    for name, module in modules.items():
        torch.jit.script(module.eval()).save(str(folder / f"{name}.pt"))
    (folder / "no_module.pt").write_text("this is no TorchScript module\n")


if __name__ == "__main__":
    main()
