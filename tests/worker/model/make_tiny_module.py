#!/usr/bin/python3
"""Writes small TorchScript modules for torch_model_test.cc, whose expected values follow from the code here.

usage: make_tiny_module.py FOLDER. Inputs are [B,3,4,4].
"""

import sys
from pathlib import Path
from typing import Dict, List, Tuple

import torch
from torch import Tensor


class Dense(torch.nn.Module):
    """Two boxes from the first 8 inputs, 2 x 2 scores from the next 4, the input's corner as feature map."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        flat = x.flatten(1)
        return flat[:, :8].reshape([-1, 2, 4]), flat[:, 8:12].reshape([-1, 2, 2]), x[:, :, :2, :2]


class Product(torch.nn.Module):
    """Dense, but the first box's left upper corner goes through a product with the unit matrix, the right lower
    one has 1 added."""

    def __init__(self):
        super().__init__()
        self.unit = torch.nn.Parameter(torch.eye(2))

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        flat = x.flatten(1)
        first = torch.cat([flat[:, :2] @ self.unit, flat[:, 2:4] + 1.0], 1)
        boxes = torch.stack([first, flat[:, 4:8]], 1)
        return boxes, flat[:, 8:12].reshape([-1, 2, 2]), x[:, :, :2, :2]


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


class Torchvision(torch.nn.Module):
    """Of the only image's first plane: two boxes, two labels, two scores, then two masks of 2 x 2."""

    def forward(self, images: List[Tensor]) -> Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]:
        flat = images[0].flatten()
        found = {"boxes": flat[:8].reshape([2, 4]), "labels": flat[8:10].long(), "scores": flat[10:12],
                 "masks": flat[12:20].reshape([2, 1, 2, 2])}
        return {}, [found]


class TorchvisionPasted(torch.nn.Module):
    """The same with the second and third plane as masks, and without losses."""

    def forward(self, images: List[Tensor]) -> List[Dict[str, Tensor]]:
        flat = images[0].flatten()
        found = {"boxes": flat[:8].reshape([2, 4]), "labels": flat[8:10].long(), "scores": flat[10:12],
                 "masks": images[0][1:].unsqueeze(1)}
        return [found]


class TorchvisionWithoutScores(torch.nn.Module):
    def forward(self, images: List[Tensor]) -> Tuple[Dict[str, Tensor], List[Dict[str, Tensor]]]:
        return {}, [{"boxes": torch.zeros([0, 4]), "labels": torch.zeros([0], dtype=torch.long)}]


class YoloV5(torch.nn.Module):
    """Two rows of box, objectness and two scores, and what exports have behind them."""

    def forward(self, x: Tensor) -> Tuple[Tensor, List[Tensor]]:
        return x.flatten(1)[:, :14].reshape([-1, 2, 7]), [x]


class YoloV8(torch.nn.Module):
    """Three boxes and two scores of each, a plane a value."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :18].reshape([-1, 6, 3])


class Semantic(torch.nn.Module):
    """Two channels of scores at every second place, of the first two planes."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :2, ::2, ::2]


class SemanticDict(torch.nn.Module):
    """The same as torchvision's segmentation models give it."""

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        return {"out": x[:, :2, ::2, ::2], "aux": x}


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    modules = {
        "dense": Dense(), "three_classes": ThreeClasses(), "five_corners": FiveCorners(), "one_tensor": OneTensor(),
        "torchvision": Torchvision(), "torchvision_pasted": TorchvisionPasted(),
        "torchvision_without_scores": TorchvisionWithoutScores(), "yolo_v5": YoloV5(), "semantic": Semantic(), "semantic_dict": SemanticDict(),
        "yolo_v8": YoloV8(),
        "no_feature_map": NoFeatureMap(), "list_of_scores": ListOfScores(), "fails_on_light": FailsOnLight(),
        "product": Product(),
    }
    for name, module in modules.items():
        torch.jit.script(module.eval()).save(str(folder / f"{name}.pt"))
    (folder / "no_module.pt").write_text("this is no TorchScript module\n")


if __name__ == "__main__":
    main()
