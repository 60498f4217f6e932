"""NanoDet-g as a PyTorch module: CSP backbone, path-aggregation neck, a head a stride, decoding.

Architecture: the project RangiLyu/nanodet (config `nanodet-g`; Apache-2.0), batch normalisation
already folded into the convolutions by the exporter. Decoding of the box distribution: Li et al.,
"Generalized Focal Loss" (NeurIPS 2020): a side's distance is the expectation of its softmaxed bins,
times the stride.

Maps are kept in channels-last order: on one thread that is a fifth faster than NCHW in LibTorch
1.13, whose max pooling is slow in NCHW and whose concatenations leave oneDNN's blocked layout.
"""

from typing import List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

INPUT_SIZE = 416
STRIDES = (8, 16, 32)
NUM_CLASSES = 80
NUM_BINS = 11
NEGATIVE_SLOPE = 0.1
NECK_CHANNELS = 128


class ConvAct(nn.Module):
    """Convolution with half padding and a leaky ReLU."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, 3, stride, 1)
        self.act = nn.LeakyReLU(NEGATIVE_SLOPE, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.conv(x))


def _pointwise(channels_in: int, channels_out: int) -> nn.Conv2d:
    """A 1 x 1 convolution.

    The dilation has no effect on its result but one: without it ATen takes BLAS or oneDNN by thread
    count and batch size, and the same image gives different last digits.
    """
    return nn.Conv2d(channels_in, channels_out, 1, dilation=2)


class DenseUnit(nn.Module):
    """Halves the channels, convolves, and concatenates both: [B,C,h,w] to [B,C,h,w]."""

    def __init__(self, channels: int):
        super().__init__()
        self.reduce = ConvAct(channels, channels // 2)
        self.conv = ConvAct(channels // 2, channels // 2)

    def forward(self, x: Tensor) -> Tensor:
        reduced = self.reduce(x)
        return torch.cat([self.conv(reduced), reduced], 1)


class CspBlock(nn.Module):
    """Cross-stage-partial block: [B,C,h,w] to [B,2C,h/stride,w/stride]."""

    def __init__(self, channels: int, units: int, stride: int):
        super().__init__()
        self.down = ConvAct(channels, channels, stride)
        self.units = nn.Sequential(*[DenseUnit(channels) for _ in range(units)])
        self.merge = ConvAct(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.down(x)
        return torch.cat([self.merge(self.units(x)), x], 1)


class Backbone(nn.Module):
    """[B,3,416,416] to the maps at strides 8, 16 and 32 with 128, 256 and 512 channels."""

    def __init__(self):
        super().__init__()
        self.stem = ConvAct(3, 32, 2)
        self.block4 = CspBlock(32, 1, 1)
        self.block8 = CspBlock(64, 2, 2)
        self.block16 = CspBlock(128, 2, 2)
        self.block32 = CspBlock(256, 3, 2)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        # After `optimize_for_inference` the stem's output is NCHW; otherwise this copies nothing.
        x = F.max_pool2d(x.contiguous(memory_format=torch.channels_last), 3, 2, 1)
        c8 = self.block8(self.block4(x))
        c16 = self.block16(c8)
        return c8, c16, self.block32(c16)


class Neck(nn.Module):
    """Path aggregation without convolutions after the sums (NanoDet's PAN)."""

    def __init__(self):
        super().__init__()
        self.lateral8 = _pointwise(128, NECK_CHANNELS)
        self.lateral16 = _pointwise(256, NECK_CHANNELS)
        self.lateral32 = _pointwise(512, NECK_CHANNELS)

    def forward(self, c8: Tensor, c16: Tensor, c32: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        p32 = self.lateral32(c32)
        p16 = self.lateral16(c16) + _double(p32)
        p8 = self.lateral8(c8) + _double(p16)
        # Halving bilinearly with half-pixel centres is the mean of each 2 x 2 cell.
        p16 = p16 + F.avg_pool2d(p8, 2)
        p32 = p32 + F.avg_pool2d(p16, 2)
        return p8, p16, p32


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class Head(nn.Module):
    """[B,128,h,w] to logits [B,80+44,h*w]: classes, then left, top, right, bottom x 11 bins."""

    def __init__(self):
        super().__init__()
        self.conv = ConvAct(NECK_CHANNELS, NECK_CHANNELS)
        self.out = _pointwise(NECK_CHANNELS, NUM_CLASSES + 4 * NUM_BINS)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.conv(x)).flatten(2)


class NanoDetG(nn.Module):
    """Normalised BGR [B,3,416,416] to (boxes, scores, map).

    Boxes [B,3549,4] are xyxy in input pixels, scores [B,3549,80] are sigmoids, and the map
    [B,512,13,13] is the backbone's last; all contiguous.
    """

    def __init__(self):
        super().__init__()
        self.backbone = Backbone()
        self.neck = Neck()
        self.head8 = Head()
        self.head16 = Head()
        self.head32 = Head()
        centres, strides = _cells()
        self.register_buffer("centres", centres)
        self.register_buffer("strides", strides)
        self.register_buffer("bins", torch.arange(NUM_BINS, dtype=torch.float32).view(NUM_BINS, 1))
        self.split = [NUM_CLASSES, 4 * NUM_BINS]
        self.sides = [-1, 4, NUM_BINS, centres.size(0)]
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        c8, c16, c32 = self.backbone(x)
        p8, p16, p32 = self.neck(c8, c16, c32)
        logits = torch.cat([self.head8(p8), self.head16(p16), self.head32(p32)], 2)
        # Decoded in float32 whatever the weights are: bfloat16 has 8 bits, too few for a position.
        classes, sides = logits.float().split(self.split, 1)
        scores = classes.transpose(1, 2).contiguous().sigmoid()
        distribution = sides.reshape(self.sides).softmax(2)
        distances = (distribution * self.bins).sum(2).transpose(1, 2) * self.strides
        low = self.centres - distances[:, :, :2]
        high = self.centres + distances[:, :, 2:]
        return torch.cat([low, high], 2), scores, c32.contiguous()

    def convolutions(self) -> List[nn.Conv2d]:
        """In the order of the exported layers: backbone, laterals, then each stride's head."""
        return [m for m in self.modules() if isinstance(m, nn.Conv2d)]


def _cells() -> Tuple[Tensor, Tensor]:
    """Centres [3549,2] (x, y) and strides [3549,1] of all cells, stride by stride, row by row."""
    centres, strides = [], []
    for stride in STRIDES:
        axis = (torch.arange(INPUT_SIZE // stride, dtype=torch.float32) + 0.5) * stride
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        centres.append(torch.stack([x.flatten(), y.flatten()], 1))
        strides.append(torch.full((axis.numel() ** 2, 1), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def load_convolutions(model: NanoDetG, convolutions) -> None:
    """Copies (kernel HWIO, bias, stride) triples in; ValueError where a shape or stride differs."""
    layers = model.convolutions()
    if len(layers) != len(convolutions):
        raise ValueError(f"{len(convolutions)} convolutions, but NanoDet-g has {len(layers)}")
    for i, (layer, (kernel, bias, stride)) in enumerate(zip(layers, convolutions)):
        weight = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        if weight.shape != layer.weight.shape or stride != layer.stride[0]:
            raise ValueError(f"convolution {i}: {tuple(weight.shape)} stride {stride}, "
                             f"expected {tuple(layer.weight.shape)} stride {layer.stride[0]}")
        layer.weight.data.copy_(weight)
        layer.bias.data.copy_(torch.from_numpy(bias.copy()))
