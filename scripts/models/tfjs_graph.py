"""Reads a TensorFlow.js graph model (JSON and weight shards) and can evaluate it literally.

The evaluation is slow and keeps every transpose and pad of the file: it is the oracle that a clean
translation is compared with. Format: the `weightsManifest` and `modelTopology` of a TF.js
"graph-model"; operators: the TensorFlow op of the same name, inference only.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F


class TfjsGraph:
    """Nodes in topological order (as the file has them) and constants as numpy arrays."""

    def __init__(self, json_path):
        json_path = Path(json_path)
        document = json.loads(json_path.read_text())
        if document.get("format") != "graph-model":
            raise ValueError(f"{json_path.name}: not a TF.js graph-model")
        self.nodes = document["modelTopology"]["node"]
        self.constants = {}
        for group in document["weightsManifest"]:
            blob = b"".join((json_path.parent / path).read_bytes() for path in group["paths"])
            self._read_group(group["weights"], blob)

    def _read_group(self, weights, blob):
        offset = 0
        for entry in weights:
            quantization = entry.get("quantization", {})
            if quantization and quantization["dtype"] != "float16":
                raise ValueError(f"{entry['name']}: quantization {quantization['dtype']} unknown")
            stored = np.dtype(quantization.get("dtype", entry["dtype"])).newbyteorder("<")
            count = int(np.prod(entry["shape"], dtype=np.int64))
            array = np.frombuffer(blob, stored, count, offset).reshape(entry["shape"])
            self.constants[entry["name"]] = array.astype(entry["dtype"])
            offset += count * stored.itemsize
        if offset != len(blob):
            raise ValueError(f"weights end at byte {offset} of {len(blob)}")

    def convolutions(self):
        """(kernel HWIO, bias, stride) of each Conv2D and the Add behind it, in layer order."""
        adds = {n["input"][0]: n for n in self.nodes if n["op"] == "Add"}
        found = []
        for node in self.nodes:
            if node["op"] == "Conv2D":
                # The exporter numbers them "convolution", "convolution_1", ... in layer order; in
                # the file branches interleave.
                number = int((node["name"].rsplit("convolution", 1)[1] or "_0")[1:])
                bias = self.constants[adds[node["name"]]["input"][1]]
                found.append((number, self.constants[node["input"][1]], bias, _strides(node)[0]))
        found.sort(key=lambda item: item[0])
        return [item[1:] for item in found]

    @torch.no_grad()
    def evaluate(self, feeds, wanted):
        """Tensors of the nodes named `wanted`, given the placeholders' tensors by name."""
        values = {name: torch.from_numpy(array.copy()) for name, array in self.constants.items()}
        values.update(feeds)
        for node in self.nodes:
            name, op = node["name"], node["op"]
            if name in values:
                continue
            if op not in _OPERATORS:
                raise ValueError(f"node {name}: operator {op} unknown")
            inputs = [values[n[:-2] if n.endswith(":0") else n] for n in node["input"]]
            result = _OPERATORS[op](node, *inputs)
            if isinstance(result, tuple):
                values.update({f"{name}:{i}": part for i, part in enumerate(result)})
                result = result[0]
            values[name] = result
        return [values[name] for name in wanted]


def _text(node, key):
    return base64.b64decode(node["attr"][key]["s"]).decode()


def _strides(node):
    """(rows, columns) of an NHWC operator without padding; everything else is refused."""
    if _text(node, "data_format") != "NHWC" or _text(node, "padding") != "VALID":
        raise ValueError(f"node {node['name']}: only NHWC and VALID are translated")
    return tuple(int(s) for s in node["attr"]["strides"]["list"]["i"][1:3])


def _pad(_, x, paddings, value=None):
    flat = [int(n) for pair in reversed(paddings.tolist()) for n in pair]
    return F.pad(x, flat, value=0.0 if value is None else float(value))


def _conv(node, x, kernel):
    y = F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), stride=_strides(node))
    return y.permute(0, 2, 3, 1)


def _max_pool(node, x):
    size = [int(k) for k in node["attr"]["ksize"]["list"]["i"][1:3]]
    return F.max_pool2d(x.permute(0, 3, 1, 2), size, _strides(node)).permute(0, 2, 3, 1)


def _resize(node, x, size):
    if not node["attr"]["half_pixel_centers"]["b"] or node["attr"]["align_corners"]["b"]:
        raise ValueError(f"node {node['name']}: only half-pixel centres are translated")
    y = F.interpolate(x.permute(0, 3, 1, 2), size.tolist(), mode="bilinear", align_corners=False)
    return y.permute(0, 2, 3, 1)


def _sparse_to_dense(node, indices, shape, values, default):
    if indices.numel() or values.numel():
        raise ValueError(f"node {node['name']}: only an empty SparseToDense is translated")
    return torch.full(shape.tolist(), int(default), dtype=default.dtype)


_OPERATORS = {
    "Add": lambda _, a, b: a + b,
    "AddV2": lambda _, a, b: a + b,
    "ConcatV2": lambda _, *args: torch.cat(args[:-1], int(args[-1])),
    "Conv2D": _conv,
    "Identity": lambda _, x: x,
    "LeakyRelu": lambda node, x: F.leaky_relu(x, node["attr"]["alpha"]["f"]),
    "MaxPool": _max_pool,
    "Pad": _pad,
    "PadV2": _pad,
    "Reshape": lambda _, x, shape: x.reshape(shape.tolist()),
    "ResizeBilinear": _resize,
    "Sigmoid": lambda _, x: torch.sigmoid(x),
    "SparseToDense": _sparse_to_dense,
    "SplitV": lambda _, x, sizes, axis: torch.split(x, sizes.tolist(), int(axis)),
    "Transpose": lambda _, x, order: x.permute(order.tolist()),
}
