"""Rewrites a model from onnxruntime's own format to ONNX, so that it runs several times faster.

onnxruntime takes a ``.ort`` file as it is, and folds no constants in it: Moonshine's decoder, as it
is shipped, expands its int8 weights again at every token. The same graph as ONNX is folded when it
is loaded. The schema of ``.ort`` files is in the onnxruntime wheel (onnxruntime, "ORT model
format").
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Final

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto
from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs import (
    InferenceSession,
    TensorTypeAndShape,
    TypeInfoValue,
)

_CONCRETE_DIM: Final = 1
_NAMED_DIM: Final = 2


def convert(source: Path, target: Path) -> None:
    """Write the ``.ort`` model as ONNX; the file appears whole or not at all.

    Raises:
        OSError: It can't be read or written.
        ValueError: It holds something that this does not know.
    """
    session = InferenceSession.InferenceSession.GetRootAs(bytearray(source.read_bytes()), 0)
    stored = session.Model()
    model = ModelProto(ir_version=stored.IrVersion(), producer_name="callwright")
    for at in range(stored.OpsetImportLength()):
        opset = stored.OpsetImport(at)
        model.opset_import.add(domain=_text(opset.Domain()), version=opset.Version())
    _graph(stored.Graph(), model.graph, "main")
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(model.SerializeToString())
        Path(part).replace(target)
    finally:
        Path(part).unlink(missing_ok=True)


def _graph(stored: Any, graph: GraphProto, name: str) -> None:
    graph.name = name
    infos = {}
    for at in range(stored.NodeArgsLength()):
        argument = stored.NodeArgs(at)
        infos[_text(argument.Name())] = argument
    for at in range(stored.InitializersLength()):
        _tensor(stored.Initializers(at), graph.initializer.add())
    weights = {tensor.name for tensor in graph.initializer}
    for at in range(stored.InputsLength()):
        named = _text(stored.Inputs(at))
        if named not in weights:
            _value_info(infos[named], graph.input.add())
    for at in range(stored.OutputsLength()):
        _value_info(infos[_text(stored.Outputs(at))], graph.output.add())
    for at in _in_order(stored):
        _node(stored.Nodes(at), graph.node.add())


def _in_order(stored: Any) -> list[int]:
    """Positions of the nodes, each after all that it needs."""
    made: dict[str, int] = {}
    for at in range(stored.NodesLength()):
        node = stored.Nodes(at)
        for out in range(node.OutputsLength()):
            made[_text(node.Outputs(out))] = at
    order: list[int] = []
    seen: set[int] = set()
    for first in range(stored.NodesLength()):
        waiting = [(first, False)]
        while waiting:
            at, ready = waiting.pop()
            if ready:
                order.append(at)
                continue
            if at in seen:
                continue
            seen.add(at)
            waiting.append((at, True))
            waiting += [(made[need], False) for need in _needs(stored.Nodes(at)) if need in made]
    return order


def _needs(node: Any) -> list[str]:
    explicit = [_text(node.Inputs(at)) for at in range(node.InputsLength())]
    return explicit + [_text(node.ImplicitInputs(at)) for at in range(node.ImplicitInputsLength())]


def _node(stored: Any, node: NodeProto) -> None:
    node.name, node.op_type = _text(stored.Name()), _text(stored.OpType())
    node.domain = _text(stored.Domain())
    node.input.extend(_text(stored.Inputs(at)) for at in range(stored.InputsLength()))
    node.output.extend(_text(stored.Outputs(at)) for at in range(stored.OutputsLength()))
    for at in range(stored.AttributesLength()):
        _attribute(stored.Attributes(at), node.attribute.add())


def _attribute(stored: Any, attribute: AttributeProto) -> None:
    attribute.name = _text(stored.Name())
    kind = stored.Type()
    attribute.type = kind
    if kind == AttributeProto.FLOAT:
        attribute.f = stored.F()
    elif kind == AttributeProto.INT:
        attribute.i = stored.I()
    elif kind == AttributeProto.STRING:
        attribute.s = stored.S()
    elif kind == AttributeProto.TENSOR:
        _tensor(stored.T(), attribute.t)
    elif kind == AttributeProto.GRAPH:
        _graph(stored.G(), attribute.g, attribute.name)
    elif kind == AttributeProto.FLOATS:
        attribute.floats.extend(stored.Floats(at) for at in range(stored.FloatsLength()))
    elif kind == AttributeProto.INTS:
        attribute.ints.extend(stored.Ints(at) for at in range(stored.IntsLength()))
    elif kind == AttributeProto.STRINGS:
        attribute.strings.extend(stored.Strings(at) for at in range(stored.StringsLength()))
    else:
        raise ValueError(f"attribute {attribute.name!r} is of the unknown type {kind}")


def _tensor(stored: Any, tensor: TensorProto) -> None:
    tensor.name, tensor.data_type = _text(stored.Name()), stored.DataType()
    tensor.dims.extend(stored.Dims(at) for at in range(stored.DimsLength()))
    if stored.StringDataLength():
        raise ValueError(f"tensor {tensor.name!r} holds strings")
    if stored.RawDataLength():
        tensor.raw_data = stored.RawDataAsNumpy().tobytes()


def _value_info(stored: Any, info: ValueInfoProto) -> None:
    info.name = _text(stored.Name())
    if stored.Type().ValueType() != TypeInfoValue.TypeInfoValue.tensor_type:
        raise ValueError(f"{info.name!r} is no tensor")
    value = stored.Type().Value()
    typed = TensorTypeAndShape.TensorTypeAndShape()
    typed.Init(value.Bytes, value.Pos)
    info.type.tensor_type.elem_type = typed.ElemType()
    shape = typed.Shape()
    for at in range(shape.DimLength()):
        size, dim = shape.Dim(at).Value(), info.type.tensor_type.shape.dim.add()
        if size.DimType() == _CONCRETE_DIM:
            dim.dim_value = size.DimValue()
        elif size.DimType() == _NAMED_DIM:
            dim.dim_param = _text(size.DimParam())


def _text(stored: bytes | None) -> str:
    return stored.decode() if stored is not None else ""
