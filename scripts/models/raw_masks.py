"""Lets the masks of torchvision's Mask R-CNN leave the module as its head gives them."""

from typing import Dict, List, Tuple

from torch import Tensor
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes


class RawMasksTransform(GeneralizedRCNNTransform):
    """Takes boxes back to the image and leaves masks [N,1,M,M] to their boxes: pasting them into
    the image as floats takes longer than everything else behind the head."""

    def postprocess(self, result: List[Dict[str, Tensor]], image_shapes: List[Tuple[int, int]],
                    original_image_sizes: List[Tuple[int, int]]) -> List[Dict[str, Tensor]]:
        for i, detections in enumerate(result):
            result[i]["boxes"] = resize_boxes(detections["boxes"], image_shapes[i],
                                              original_image_sizes[i])
        return result


def keep_masks_raw(model):
    """Of a model that is not scripted yet."""
    model.transform.__class__ = RawMasksTransform
