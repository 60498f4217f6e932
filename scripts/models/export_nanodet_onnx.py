#!/usr/bin/python3
"""Makes the default model, NanoDet-g, an ONNX bundle: for machines without LibTorch's speed, and to
compare the backends by.

The weights are those of the TorchScript bundle that prepare_nanodet.py makes. The file has operator
set 10, a batch of 1, and constants in place of everything that depends on a shape, which is what
OpenCV 4.6 runs. What is exported is compared with the TorchScript module before it is written.
"""

import argparse
import hashlib
import io
import warnings
from pathlib import Path

from bundle_files import fail, replace

EXPORTER = 1  # Raise it when a change here changes the bundle.
OPSET = 10
MOST_PIXELS = 1e-3  # of a corner, and
MOST_SCORE = 1e-5  # of a score or a feature, for additions in another order


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", type=Path, default=Path("var/models/nanodet-g-coco"),
                        help="folder of the TorchScript bundle (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("var/models/nanodet-g-coco-onnx"),
                        help="folder of the ONNX bundle (default: %(default)s)")
    args = parser.parse_args()
    card = args.bundle / "model.yaml"
    if not card.is_file():
        fail(f"{card} is not there: run scripts/models/prepare_nanodet.py first")
    weights = export(args.bundle / "model.pt")
    args.out.mkdir(parents=True, exist_ok=True)
    # The card goes last: an interrupted run leaves no card that vouches for missing weights.
    replace(args.out / "model.onnx", weights)
    replace(args.out / "model.yaml", onnx_card(card.read_text(), weights).encode())
    print(f"export_nanodet_onnx: wrote {args.out}/model.yaml and model.onnx ({len(weights)} bytes)")


def fixed_shapes():
    """The exported module's class; late, because torch takes a second."""
    import nanodet_module as nanodet
    import torch
    from torch import Tensor

    class Doubling(torch.nn.Module):
        """[1,C,n,n] to [1,C,2n,2n], bilinearly with half-pixel centers, by one matrix an axis.

        An operator for it would be Resize, which of operator set 10 has its own idea of where
        pixels are; readers differ in whether they follow it.
        """

        def __init__(self, channels: int, side: int):
            super().__init__()
            ones = torch.eye(side).view(1, side, side, 1)
            grown = torch.nn.functional.interpolate(ones, size=(2 * side, 1), mode="bilinear",
                                                    align_corners=False)
            self.register_buffer("matrix", grown.view(side, 2 * side).contiguous())
            self.channels = channels
            self.side = side

        def forward(self, x: Tensor) -> Tensor:
            c, n = self.channels, self.side
            wide = torch.matmul(x.reshape(c * n, n), self.matrix).reshape(c, n, 2 * n)
            tall = torch.matmul(wide.transpose(1, 2).reshape(2 * c * n, n), self.matrix)
            return tall.reshape(c, 2 * n, 2 * n).transpose(1, 2).reshape(1, c, 2 * n, 2 * n)

    class FixedShapes(torch.nn.Module):
        """What NanoDetG does, for one picture of its size."""

        def __init__(self, model):
            super().__init__()
            self.model = model
            side = nanodet.INPUT_SIZE
            self.double32 = Doubling(nanodet.NECK_CHANNELS, side // 32)
            self.double16 = Doubling(nanodet.NECK_CHANNELS, side // 16)
            self.cells = model.centres.size(0)

        def forward(self, x: Tensor):
            model, neck = self.model, self.model.neck
            c8, c16, c32 = model.backbone(x)
            p32 = neck.lateral32(c32)
            p16 = neck.lateral16(c16) + self.double32(p32)
            p8 = neck.lateral8(c8) + self.double16(p16)
            p16 = p16 + torch.nn.functional.avg_pool2d(p8, 2)
            p32 = p32 + torch.nn.functional.avg_pool2d(p16, 2)
            logits = torch.cat([model.head8(p8), model.head16(p16), model.head32(p32)], 2)
            classes, sides = logits.split([nanodet.NUM_CLASSES, 4 * nanodet.NUM_BINS], 1)
            scores = classes.transpose(1, 2).sigmoid()
            bins = sides.reshape(4, nanodet.NUM_BINS, self.cells).transpose(1, 2).softmax(2)
            means = torch.matmul(bins.reshape(4 * self.cells, nanodet.NUM_BINS), model.bins)
            distances = means.reshape(1, 4, self.cells).transpose(1, 2) * model.strides
            low = model.centres - distances[:, :, :2]
            high = model.centres + distances[:, :, 2:]
            return torch.cat([low, high], 2), scores, c32

    return FixedShapes


def export(path):
    """The bytes of the ONNX file."""
    try:
        import torch
    except ImportError:
        fail("there is no torch: install Debian's python3-torch")
    import nanodet_module as nanodet

    scripted = torch.jit.load(str(path)).eval()
    model = nanodet.NanoDetG().eval()
    model.load_state_dict(scripted.state_dict())
    model = fixed_shapes()(model.to(memory_format=torch.contiguous_format)).eval()
    torch.manual_seed(0)
    image = torch.randn(1, 3, nanodet.INPUT_SIZE, nanodet.INPUT_SIZE)
    with torch.no_grad():
        differences = [(a - b).abs().max().item() for a, b in zip(model(image), scripted(image))]
    if differences[0] > MOST_PIXELS or max(differences[1:]) > MOST_SCORE:
        fail(f"boxes, scores and map differ from those of {path} by {differences}")
    saved = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about channels-last calls, which copy nothing here
        torch.onnx.export(model, image, saved, opset_version=OPSET, input_names=["images"],
                          output_names=["boxes", "scores", "features"])
    return saved.getvalue()


def onnx_card(text, weights):
    """The TorchScript bundle's card with this file in it."""
    lines = text.splitlines()
    changes = {"name": "nanodet-g-coco-onnx", "backend": "onnx", "weights": "model.onnx",
               "sha256": hashlib.sha256(weights).hexdigest()}
    for i, line in enumerate(lines):
        key = line.split(":")[0]
        if key in changes:
            lines[i] = f"{key}: {changes[key]}"
    mark = f"# Written by scripts/models/export_nanodet_onnx.py, exporter {EXPORTER}."
    return "\n".join([mark] + [line for line in lines if not line.startswith("#")]) + "\n"


if __name__ == "__main__":
    main()
