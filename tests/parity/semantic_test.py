#!/usr/bin/python3
"""Masks of semantic segmentation through a whole run, against PyTorch's interpolation and argmax.

The module's scores are averages of a real picture's colors at an eighth of its size. Expected: by
torch.nn.functional.interpolate to the picture's own size and the strongest channel of each pixel.
"""

import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/integration"), str(ROOT / "tests/parity")]
import support  # noqa: E402
from torchvision_test import decode  # noqa: E402

CLASSES = ["blue", "green", "red"]  # the module's channels
LEAST_IOU = 0.999  # pixels whose strongest channels differ by rounding alone


def module():
    """Late, because torch takes a second."""
    import torch

    class Colors(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 10 * torch.nn.functional.avg_pool2d(x, 8)

    return torch.jit.script(Colors())


class SemanticTest(support.ProgramTest):
    def bundle(self):
        folder = self.folder / "colors"
        folder.mkdir()
        module().save(str(folder / "model.pt"))
        size = {"width": 384, "height": 256, "resize": "stretch", "channels": "bgr"}
        card = {"name": "colors", "task": "semantic", "backend": "torchscript",
                "weights": "model.pt",
                "sha256": hashlib.sha256((folder / "model.pt").read_bytes()).hexdigest(),
                "input": {**size, "mean": [0, 0, 0], "std": [255, 255, 255]},
                "output": {"layout": "semantic", "scores": "logits"}, "classes": CLASSES}
        (folder / "model.yaml").write_text(json.dumps(card))  # JSON is YAML
        return folder / "model.yaml"

    def test_masks_and_scores(self):
        import cv2
        import torch

        pictures = support.make_pictures(self.folder / "pictures", 3)
        model = self.bundle()
        self.prelabel("run", self.job("run", [{"images": str(pictures)}], model=str(model),
                                      labels={"threshold": 0.05}))
        labels = support.read_json(self.folder / "run/labels/coco.json")
        names = {category["id"]: category["name"] for category in labels["categories"]}
        for image in labels["images"]:
            picture = cv2.imread(str(pictures / image["file_name"]))
            height, width = picture.shape[:2]
            seen = cv2.resize(picture, (384, 256)).transpose(2, 0, 1).astype("float32") / 255
            with torch.no_grad():
                scores = module()(torch.from_numpy(seen.copy())[None]).softmax(1)
                scores = torch.nn.functional.interpolate(scores, size=(height, width),
                                                         mode="bilinear", align_corners=False)[0]
            strongest = scores.argmax(0).numpy()
            found = {names[label["category_id"]]: label for label in labels["annotations"]
                     if label["image_id"] == image["id"]}
            for channel, name in enumerate(CLASSES):
                expected = strongest == channel
                if expected.sum() < 100:
                    continue
                label = found[name]
                mask = decode(label["segmentation"]["counts"].encode(), height, width) > 0
                iou = (mask & expected).sum() / (mask | expected).sum()
                self.assertGreater(iou, LEAST_IOU, (image["file_name"], name))
                mean = scores[channel].numpy()[expected].mean()
                self.assertAlmostEqual(label["score"], float(mean), delta=1e-3)
                columns = mask.any(0).nonzero()[0]
                rows = mask.any(1).nonzero()[0]
                self.assertEqual(label["bbox"], [columns[0], rows[0],
                                                 columns[-1] + 1 - columns[0],
                                                 rows[-1] + 1 - rows[0]])
        self.assertGreater(len(labels["annotations"]), 5)


if __name__ == "__main__":
    support.main(support.missing())
