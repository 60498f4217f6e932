#!/usr/bin/python3
"""Makes a model bundle, weights and card, of one of torchvision's detection models.

With --random SEED the weights are random ones that depend on the seed alone (for tests); otherwise
they are torchvision's pre-trained ones (COCO), which it downloads, or those of --checkpoint FILE.
"""

import argparse
import hashlib
import io
import json
import os
import sys
from pathlib import Path

from bundle_files import fail, replace

EXPORTER = 1  # Raise it when a change here changes the bundle.
LIBRARY = "https://github.com/pytorch/vision"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", help="such as maskrcnn_resnet50_fpn; see --list")
    parser.add_argument("--list", action="store_true", help="print the models that there are")
    parser.add_argument("--out", type=Path, help="folder of the bundle (default: var/models/MODEL)")
    parser.add_argument("--random", type=int, metavar="SEED", help="random weights instead")
    parser.add_argument("--checkpoint", type=Path, help="a state_dict of the model, instead")
    parser.add_argument("--classes", type=Path, metavar="FILE",
                        help="names of the classes, a line each; label 1 is the first one's "
                             "(default: COCO's)")
    parser.add_argument("--min-size", type=int, help="shorter side that images are resized to")
    parser.add_argument("--max-size", type=int, help="limit of the longer side")
    parser.add_argument("--score", type=float, default=0.05,
                        help="least score that the module gives (default: %(default)s)")
    parser.add_argument("--detections", type=int, help="most boxes that the module gives an image")
    parser.add_argument("--pasted", action="store_true",
                        help="masks leave the module pasted: slower, and as torchvision has them")
    args = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # TorchScript writes a class's constants in the order of a set: without a fixed seed for
        # hashes, each run's file, and so its checksum, would be another.
        os.execve(sys.executable, [sys.executable, *sys.argv], dict(os.environ, PYTHONHASHSEED="0"))
    try:
        from torchvision.models import detection  # noqa: F401
    except ImportError:
        fail(f"{sys.executable} has no torchvision: install Debian's python3-torchvision")
    if args.list:
        print("\n".join(builders()))
        return
    if args.model not in builders():
        fail(f"there is no detection model {args.model!r}; --list prints those that there are")
    classes = read_classes(args.classes)
    model, origin = build(args, classes)
    segments = hasattr(model, "roi_heads") and model.roi_heads.has_mask()
    if segments and not args.pasted:
        import raw_masks

        raw_masks.keep_masks_raw(model)
    weights = script(model)
    out = args.out or Path("var/models") / args.model
    out.mkdir(parents=True, exist_ok=True)
    # The card goes last: an interrupted run leaves no card that vouches for missing weights.
    replace(out / "model.pt", weights)
    replace(out / "model.yaml", card(args, classes, segments, origin, weights).encode())
    print(f"export_torchvision: wrote {out}/model.yaml and model.pt ({len(weights)} bytes)")


def builders():
    """{name: function} of torchvision's detection models. Keypoints have no layout here."""
    from torchvision.models import detection

    found = {}
    for name in sorted(vars(detection)):
        value = getattr(detection, name)
        if callable(value) and name.islower() and "_" in name and "keypoint" not in name:
            found[name] = value
    return found


def coco_categories():
    """[(label, name)] of the labels that torchvision's weights for COCO have."""
    from torchvision.models.detection import FasterRCNN_ResNet50_FPN_Weights

    names = FasterRCNN_ResNet50_FPN_Weights.COCO_V1.meta["categories"]
    return [(i, name) for i, name in enumerate(names) if name not in ("__background__", "N/A")]


def read_classes(path):
    """[(label, name)]: COCO's, or the file's lines counted from 1."""
    if path is None:
        return coco_categories()
    try:
        names = [line.strip() for line in path.read_text().splitlines()]
    except OSError as error:
        fail(f"the classes cannot be read: {error}")
    classes = [(i + 1, name) for i, name in enumerate(names) if name]
    if not classes:
        fail(f"{path} names no class: write one a line")
    return classes


def build(args, classes):
    """The model in eval mode, and where its weights are from."""
    import torch

    options = {}
    if args.min_size is not None:
        options["min_size"] = args.min_size
    if args.max_size is not None:
        options["max_size"] = args.max_size
    # Two-stage models call these limits otherwise than the others do.
    two_stage = "rcnn" in args.model
    options["box_score_thresh" if two_stage else "score_thresh"] = args.score
    if args.detections is not None:
        options["box_detections_per_img" if two_stage else "detections_per_img"] = args.detections
    if args.random is not None:
        torch.manual_seed(args.random)
        weights, origin = None, f"random weights of seed {args.random}"
    elif args.checkpoint is not None:
        weights, origin = None, f"checkpoint {args.checkpoint.name}"
    else:
        weights, origin = "DEFAULT", "pre-trained on COCO, its weights DEFAULT"
    if weights is None:
        options["num_classes"] = 1 + classes[-1][0]  # label 0 is the background
        options["weights_backbone"] = None
    try:
        model = builders()[args.model](weights=weights, **options)
        if args.checkpoint is not None:
            state = torch.load(args.checkpoint, map_location="cpu")
            model.load_state_dict(state.get("model", state))
    except OSError as error:  # URLError is one
        fail(f"the weights of {args.model} cannot be had ({error}): download them elsewhere and "
             "pass --checkpoint FILE")
    except (RuntimeError, TypeError, ValueError) as error:
        fail(f"{args.model} cannot be made: {str(error).splitlines()[0]}")
    return model.eval(), origin


def script(model):
    """The bytes of the TorchScript file."""
    import torch

    from prepare_nanodet import without_debug_records

    saved = io.BytesIO()
    torch.jit.save(torch.jit.script(model), saved)
    return without_debug_records(saved.getvalue())


def operators():
    """The library with torchvision's operators."""
    from torchvision.extension import _get_extension_path

    return _get_extension_path("_C")


def card(args, classes, segments, origin, weights):
    import torchvision

    output = "layout: torchvision"
    if segments:
        output += f", masks: {'pasted' if args.pasted else 'raw'}"
    # JSON is YAML: no name needs other quotes.
    return f"""# Written by scripts/models/export_torchvision.py, exporter {EXPORTER}.
name: {args.model}
task: {"segment" if segments else "detect"}
backend: torchscript
weights: model.pt
sha256: {hashlib.sha256(weights).hexdigest()}
license: BSD-3-Clause
source: {json.dumps(f"torchvision {torchvision.__version__} {args.model} ({LIBRARY}), {origin}")}
custom_ops: [{json.dumps(operators())}]
input: {{resize: none, channels: rgb, mean: [0, 0, 0], std: [255, 255, 255]}}
output: {{{output}}}
classes: {json.dumps([name for _, name in classes], ensure_ascii=False)}
category_ids: {json.dumps([label for label, _ in classes])}
"""


if __name__ == "__main__":
    main()
