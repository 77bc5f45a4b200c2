"""The network as an int8 ONNX file, and back.

Weights of the encoder are int8 with one scale per output channel, activations are quantized on the fly, and the small
heads stay in float32. A run judges one answer, so its numbers do not depend on what else is being graded.

Each group of tokens attends by itself, to what it may look at and nothing else. The network's mask says the same, but
with it most of the products, and most of the time, would go to what is blocked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bot.grading.training.network import (
    BLOCKED,
    HEADS,
    LAYERS,
    Network,
)

_OPSETS = (helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1))
_IR_VERSION = 10
_CONTRIB = "com.microsoft"
_END = 2**31 - 1  # of a slice that goes on to the end
Array = NDArray[Any]


class _Graph:
    """Nodes and constants in the order in which they are made. `name` is the first part of every result's name."""

    def __init__(self, weights: Mapping[str, Array], name: str = "") -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights = weights
        self._name = name

    def op(self, kind: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: Any) -> Any:  # noqa: ANN401
        """The name of the result, or their names."""
        names = [f"{self._name}{kind}_{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: Array, name: str | None = None) -> str:
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(self._weights[name], name)

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def result(self, name: str, value: str) -> None:
        self.nodes.append(helper.make_node("Identity", [value], [name]))

    def linear(self, x: str, name: str) -> str:
        return str(self.op("Gemm", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), transB=1))

    def quantized_linear(self, x: str, name: str) -> str:
        values, scales = quantize(self._weights[f"{name}.weight"])
        fast, scale, zero = self.op("DynamicQuantizeLinear", x, outputs=3)
        product = self.op("MatMulInteger", fast, self.constant(values.T.copy(), f"{name}.weight:int8"), zero)
        both = self.op("Mul", scale, self.constant(scales[:, 0], f"{name}.weight:scale"))
        product = self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), both)
        return str(self.op("Add", product, self.weight(f"{name}.bias")))

    def embedding(self, name: str, indices: str) -> str:
        values, scales = quantize(self._weights[f"{name}.weight"])
        rows = self.op("Gather", self.constant(values, f"{name}.weight:int8"), indices)
        scale = self.op("Gather", self.constant(scales, f"{name}.weight:scale"), indices)
        return str(self.op("Mul", self.op("Cast", rows, to=TensorProto.FLOAT), scale))

    def norm(self, x: str, name: str) -> str:
        weight, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return str(self.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12))


def quantize(weights: Array) -> tuple[Array, Array]:
    """Rows as int8, -127 to 127, and the scale of each."""
    scales = np.maximum(np.abs(weights).max(1, keepdims=True), 1e-12) / 127
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)


def write(network: Network, path: Path) -> None:
    """The same network gives the same bytes."""
    weights = {name: value.detach().float().numpy() for name, value in network.state_dict().items()}
    graph = _Graph(weights)
    x = _encoder(graph)
    _heads(graph, x)
    value = helper.make_tensor_value_info
    inputs = [value(name, TensorProto.INT64, ["tokens"]) for name in ("ids", "positions", "groups")]
    inputs.append(value("firsts", TensorProto.INT64, ["claims"]))
    outputs = [
        value("verdicts", TensorProto.FLOAT, ["claims", 4]),
        value("evidence", TensorProto.FLOAT, ["claims", "tokens"]),
    ]
    made = helper.make_graph(graph.nodes, "judge", inputs, outputs, graph.constants)
    model = helper.make_model(made, opset_imports=_OPSETS, ir_version=_IR_VERSION, producer_name="quizbot")
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def read(path: Path) -> Network:
    """The network of a file that `write` made, its weights as exact as the file has them. Raises `ValueError`."""
    constants = {c.name: numpy_helper.to_array(c) for c in onnx.load(path).graph.initializer}
    state = {}
    for name, value in Network().state_dict().items():
        if name in constants:
            found = constants[name]
        elif f"{name}:int8" in constants:
            found = constants[f"{name}:int8"].astype(np.float32)
            scale = constants[f"{name}:scale"].reshape(-1, 1)
            found = (found if name.split(".")[0] in _EMBEDDED else found.T) * scale
        else:
            raise ValueError(f"{path} has no {name}")
        state[name] = torch.from_numpy(np.array(found)).reshape(value.shape)
    network = Network()
    network.load_state_dict(state)
    network.eval()
    return network


_EMBEDDED = ("words", "places")


def _encoder(graph: _Graph) -> str:
    groups = _groups(graph)
    kind = graph.op("Cast", graph.op("Less", "groups", graph.ints(0)), to=TensorProto.INT64)
    x = graph.op("Add", graph.embedding("words", "ids"), graph.embedding("places", "positions"))
    x = graph.norm(graph.op("Add", x, graph.op("Gather", graph.weight("kinds.weight"), kind)), "norm")
    for number in range(LAYERS):
        name = f"layers.{number}."
        read_ = _attention(graph, graph.quantized_linear(x, f"{name}qkv"), groups, f"{name}attention.")
        x = graph.norm(graph.op("Add", x, graph.quantized_linear(read_, f"{name}out")), f"{name}norm_1")
        wide = graph.op("Gelu", graph.quantized_linear(x, f"{name}wide"), domain=_CONTRIB)
        x = graph.norm(graph.op("Add", x, graph.quantized_linear(wide, f"{name}narrow")), f"{name}norm_2")
    return x


@dataclass(frozen=True, slots=True)
class _Groups:
    """How many there are; per group, from which token to which it goes, and how many of the answer's it sees."""

    count: str
    starts: str  # groups × 1
    ends: str
    seen: str


def _groups(graph: _Graph) -> _Groups:
    zero, one, end = graph.ints(0), graph.ints(1), graph.ints(_END)
    before = graph.op("Concat", zero, graph.op("Slice", "groups", zero, graph.ints(-1)), axis=0)
    begins = graph.op("Not", graph.op("Equal", "groups", before))
    starts = graph.op("Transpose", graph.op("NonZero", begins), perm=[1, 0])
    tokens = graph.op("Unsqueeze", graph.op("Shape", "groups"), one)
    ends = graph.op("Concat", graph.op("Slice", starts, one, end), tokens, axis=0)
    answer = graph.op("Slice", "firsts", zero, one)
    seen = graph.op("Where", graph.op("Less", starts, answer), zero, answer)
    return _Groups(graph.op("Squeeze", graph.op("Shape", starts, end=1), zero), starts, ends, seen)


def _attention(graph: _Graph, qkv: str, groups: _Groups, name: str) -> str:
    """What the tokens read, group by group."""
    zero, one = graph.ints(0), graph.ints(1)
    parts = graph.op("Split", graph.op("Unsqueeze", qkv, zero), outputs=3, axis=-1, num_outputs=3)
    body = _Graph({}, name)
    number, on, done = f"{name}number", f"{name}on", f"{name}done"
    start, end, seen = (body.op("Gather", each, number) for each in (groups.starts, groups.ends, groups.seen))
    q, k, v = (body.op("Slice", part, start, end, one) for part in parts)
    k, v = (
        body.op("Concat", body.op("Slice", part, zero, seen, one), own, axis=1)
        for part, own in zip(parts[1:], (k, v), strict=True)
    )
    read_ = body.op("MultiHeadAttention", q, k, v, domain=_CONTRIB, num_heads=HEADS)
    grown, still = body.op("SequenceInsert", done, read_), body.op("Identity", on)
    single, several = helper.make_tensor_value_info, helper.make_tensor_sequence_value_info
    float_, bool_ = TensorProto.FLOAT, TensorProto.BOOL
    inputs = [single(number, TensorProto.INT64, []), single(on, bool_, []), several(done, float_, None)]
    outputs = [single(still, bool_, []), several(grown, float_, None)]
    loop = helper.make_graph(body.nodes, f"{name}group", inputs, outputs)
    none = graph.op("SequenceEmpty", dtype=float_)
    each = graph.op("Loop", groups.count, graph.constant(np.array(True)), none, body=loop)
    return str(graph.op("Squeeze", graph.op("ConcatFromSequence", each, axis=1), zero))


def _heads(graph: _Graph, x: str) -> None:
    one = graph.constant(np.array(1, np.int64))
    many = graph.op("Squeeze", graph.op("Shape", "firsts"), graph.ints(0))
    numbers = graph.op("Range", one, graph.op("Add", many, one), one)
    groups = graph.op("Unsqueeze", graph.op("Neg", "groups"), graph.ints(0))
    within = graph.op("Equal", graph.op("Unsqueeze", numbers, graph.ints(1)), groups)
    within = graph.op("Cast", within, to=TensorProto.FLOAT)
    mean = graph.op("Div", graph.op("MatMul", within, x), graph.op("ReduceSum", within, graph.ints(1), keepdims=1))
    first = graph.op("Gather", x, "firsts")
    query, key = _unit(graph, graph.linear(mean, "span_query")), _unit(graph, graph.linear(x, "span_key"))
    matches = graph.op("MatMul", query, graph.op("Transpose", key, perm=[1, 0]))
    outside = graph.op("Unsqueeze", _blocked(graph, graph.op("Greater", "groups", graph.ints(0))), graph.ints(0))
    focused = graph.op("Mul", matches, graph.weight("focus"))
    evidence = graph.op("MatMul", graph.op("Softmax", graph.op("Add", focused, outside), axis=-1), x)
    apart = graph.op("Abs", graph.op("Sub", mean, evidence))
    seen = graph.op("Concat", first, mean, evidence, graph.op("Mul", mean, evidence), apart, axis=-1)
    hidden = graph.op("Gelu", graph.linear(seen, "head"), domain=_CONTRIB)
    graph.result("verdicts", graph.op("Softmax", graph.linear(hidden, "verdict"), axis=-1))
    scaled = graph.op("Add", graph.op("Mul", matches, graph.weight("span_scale")), graph.weight("span_bias"))
    graph.result("evidence", graph.op("Sigmoid", scaled))


def _unit(graph: _Graph, x: str) -> str:
    """Rows of length one."""
    return str(graph.op("Div", x, graph.op("ReduceL2", x, graph.ints(1), keepdims=1)))


def _blocked(graph: _Graph, seen: str) -> str:
    """0 where it may be looked at, far below elsewhere."""
    zero, far = graph.constant(np.array([0.0], np.float32)), graph.constant(np.array([BLOCKED], np.float32))
    return str(graph.op("Where", seen, zero, far))
