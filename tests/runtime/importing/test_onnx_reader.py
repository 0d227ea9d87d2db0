"""ONNX files come in: weights wherever they sit, old opsets, and what is no ONNX file named for what it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.loader import load_model_tests

from designer.errors import ImportRefused
from designer.graph.design import Design
from designer.importing.model_files import ImportOptions
from designer.layers.endpoints import Input
from designer.layers.normalization import LayerNorm
from designer.matching.matching import match_designs
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.onnx_file import export_onnx
from designer.runtime.importing.load import load_model
from designer.templates.networks import template
from tests.runtime.importing.proving import (
    assert_computes_the_same,
    assert_ends_in_words,
    damaged_copies,
    every_design,
    proved,
)

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def saved(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    shape: Sequence[Any] = ("N", 3, 9, 8),
    weights: Sequence[onnx.TensorProto] = (),
    opset: int = 17,
    inputs: Sequence[onnx.ValueInfoProto] = (),
) -> Path:
    """A file of nodes from ``x`` to ``y``."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(list(nodes), "net", [x, *inputs], [y], list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    path = folder / "net.onnx"
    onnx.save(model, path)
    return path


def random_tensor(name: str, *shape: int) -> onnx.TensorProto:
    numbers = numpy.random.default_rng(len(name)).normal(size=shape).astype(numpy.float32)
    return numpy_helper.from_array(numbers, name)


KERNEL = random_tensor("w", 4, 3, 3, 3)


@pytest.mark.parametrize("place", ["initializer", "constant", "identity", "input too", "cast"])
def test_weights_are_found_wherever_they_sit(tmp_path: Path, place: str) -> None:
    conv = helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])
    constant = helper.make_node("Constant", [], ["v"], value=KERNEL)
    if place == "initializer":
        path = saved(tmp_path, [conv], weights=[KERNEL])
    elif place == "input too":
        named = helper.make_tensor_value_info("w", TensorProto.FLOAT, (4, 3, 3, 3))
        path = saved(tmp_path, [conv], weights=[KERNEL], inputs=[named])
    elif place == "constant":
        path = saved(tmp_path, [helper.make_node("Constant", [], ["w"], value=KERNEL), conv])
    elif place == "identity":
        chain = [helper.make_node("Identity", [a], [b]) for a, b in (("v", "u"), ("u", "w"))]
        path = saved(tmp_path, [constant, *chain, conv])
    else:
        half = numpy_helper.from_array(numpy_helper.to_array(KERNEL).astype(numpy.float16), "v")
        path = saved(tmp_path, [helper.make_node("Cast", ["v"], ["w"], to=TensorProto.FLOAT), conv], weights=[half])
    loaded = proved(path)
    (kernel,) = loaded.weights.values()
    numpy.testing.assert_allclose(kernel.numpy(), numpy_helper.to_array(KERNEL), atol=2e-3)


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 17, 18, 21])
def test_a_network_of_any_opset_is_read(tmp_path: Path, opset: int) -> None:
    if opset < 11:
        clip = helper.make_node("Clip", ["c"], ["r"], min=0.0, max=6.0)
        mean = helper.make_node("ReduceMean", ["r"], ["m"], axes=[2, 3], keepdims=0)
        limits: list[onnx.TensorProto] = []
    else:
        clip = helper.make_node("Clip", ["c", "low", "high"], ["r"])
        limits = [
            numpy_helper.from_array(numpy.array(each, numpy.float32), name) for each, name in ((0, "low"), (6, "high"))
        ]
        if opset < 18:
            mean = helper.make_node("ReduceMean", ["r"], ["m"], axes=[2, 3], keepdims=0)
        else:
            mean = helper.make_node("ReduceMean", ["r", "axes"], ["m"], keepdims=0)
            limits.append(numpy_helper.from_array(numpy.array([2, 3]), "axes"))
    conv = helper.make_node("Conv", ["x", "w"], ["c"], strides=[2, 2], pads=[1, 1, 1, 1])
    gemm = helper.make_node("Gemm", ["m", "f", "b"], ["y"], transB=1)
    weights = [KERNEL, random_tensor("f", 5, 4), random_tensor("b", 5), *limits]
    loaded = proved(saved(tmp_path, [conv, clip, mean, gemm], weights=weights, opset=opset))
    assert loaded.result.parameters == 4 * 27 + 5 * 4 + 5


OPERATORS: dict[str, list[onnx.NodeProto]] = {
    "same upper": [helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])],
    "same lower": [helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_LOWER", strides=[2, 2])],
    "valid": [helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="VALID")],
    "uneven pads": [helper.make_node("Conv", ["x", "w"], ["y"], pads=[0, 1, 2, 0])],
    "dilated": [helper.make_node("Conv", ["x", "w"], ["y"], dilations=[2, 2], pads=[2, 2, 2, 2])],
    "max pool to the ceiling": [
        helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    ],
    "average pool": [helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])],
    "average with its padding": [
        helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[3, 2], pads=[1, 0, 2, 1], count_include_pad=1)
    ],
    "average over all": [helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[9, 8])],
    "hard-sigmoid of ONNX": [helper.make_node("HardSigmoid", ["x"], ["y"], alpha=0.3, beta=0.4)],
    "h-swish in words": [
        helper.make_node("HardSigmoid", ["x"], ["gate"], alpha=1 / 6, beta=0.5),
        helper.make_node("Mul", ["gate", "x"], ["y"]),
    ],
    "SiLU in words": [helper.make_node("Sigmoid", ["x"], ["gate"]), helper.make_node("Mul", ["x", "gate"], ["y"])],
    "GELU in words": [
        helper.make_node("Div", ["x", "root"], ["a"]),
        helper.make_node("Erf", ["a"], ["b"]),
        helper.make_node("Add", ["b", "one"], ["c"]),
        helper.make_node("Mul", ["x", "c"], ["d"]),
        helper.make_node("Mul", ["d", "half"], ["y"]),
    ],
    "GELU by tanh in words": [
        helper.make_node("Pow", ["x", "three"], ["a"]),
        helper.make_node("Mul", ["a", "cubic"], ["b"]),
        helper.make_node("Add", ["x", "b"], ["c"]),
        helper.make_node("Mul", ["c", "slope"], ["d"]),
        helper.make_node("Tanh", ["d"], ["e"]),
        helper.make_node("Add", ["e", "one"], ["f"]),
        helper.make_node("Mul", ["x", "half"], ["halved"]),
        helper.make_node("Mul", ["halved", "f"], ["y"]),
    ],
    "one less": [helper.make_node("Sub", ["one", "x"], ["n"]), helper.make_node("Neg", ["n"], ["y"])],
    "sum of three": [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Sum", ["x", "r", "x"], ["y"])],
    "shape worked out": [
        helper.make_node("GlobalAveragePool", ["x"], ["p"]),
        helper.make_node("Shape", ["p"], ["s"]),
        helper.make_node("Gather", ["s", "zero"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "at"], ["u"]),
        helper.make_node("Concat", ["u", "rest"], ["t"], axis=0),
        helper.make_node("Reshape", ["p", "t"], ["y"]),
    ],
    "nearest": [helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest")],
    "bilinear": [helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="linear")],
    "sliced": [helper.make_node("Slice", ["x", "starts", "stops", "axes"], ["y"])],
    "batch norm": [helper.make_node("BatchNormalization", ["x", "g", "h", "m", "v"], ["y"], epsilon=1e-3)],
    "batch norm in words": [
        helper.make_node("Mul", ["x", "factors"], ["s"]),
        helper.make_node("Add", ["s", "h1"], ["y"]),
    ],
    "factor a channel": [helper.make_node("Mul", ["x", "factors"], ["y"])],
}

WEIGHTS = [
    KERNEL,
    numpy_helper.from_array(numpy.array(0), "zero"),
    *(
        numpy_helper.from_array(numpy.array(value, numpy.float32), name)
        for name, value in {"root": 2**0.5, "one": 1, "half": 0.5, "three": 3, "cubic": 0.044715}.items()
    ),
    numpy_helper.from_array(numpy.array((2 / numpy.pi) ** 0.5, numpy.float32), "slope"),
    numpy_helper.from_array(numpy.array([0]), "at"),
    numpy_helper.from_array(numpy.array([-1]), "rest"),
    numpy_helper.from_array(numpy.array([1, 1, 2, 2], numpy.float32), "scales"),
    numpy_helper.from_array(numpy.array([1, 0]), "starts"),
    numpy_helper.from_array(numpy.array([3, 1000]), "stops"),
    numpy_helper.from_array(numpy.array([1, 3]), "axes"),
    numpy_helper.from_array(numpy.array([0.5, 2, 3], numpy.float32), "v"),
    *(random_tensor(name, 3) for name in ("g", "h", "m")),
    random_tensor("factors", 3, 1, 1),
    random_tensor("h1", 1, 3, 1, 1),
]


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_is_drawn_and_computes_the_same(tmp_path: Path, name: str) -> None:
    needed = {each for node in OPERATORS[name] for each in node.input}
    proved(saved(tmp_path, OPERATORS[name], weights=[each for each in WEIGHTS if each.name in needed]))


def test_channels_last_come_in_as_a_map_without_the_turns(tmp_path: Path) -> None:
    """As converters from TensorFlow write it: each convolution between a turn to N×C×H×W and one back."""

    def turned(x: str, y: str, order: Sequence[int]) -> onnx.NodeProto:
        return helper.make_node("Transpose", [x], [y], perm=list(order))

    nodes = [
        turned("x", "a", (0, 3, 1, 2)),
        helper.make_node("Conv", ["a", "w"], ["b"], auto_pad="SAME_UPPER", strides=[2, 2]),
        turned("b", "c", (0, 2, 3, 1)),
        turned("c", "d", (0, 3, 1, 2)),
        helper.make_node("Relu", ["d"], ["e"]),
        helper.make_node("GlobalAveragePool", ["e"], ["y"]),
    ]
    loaded = proved(saved(tmp_path, nodes, ("N", 9, 8, 3), [KERNEL]))
    assert len(loaded.result.runs) == 2
    layers = [node.layer for node in loaded.design.nodes.values()]
    assert layers[0] == Input(3, 9, 8)
    assert [layer.key for layer in layers[1:]] == ["conv_block", "global_average_pool", "output"]
    assert {each.rule for each in loaded.rewritten} == {"channels last turned"}


def test_a_product_and_a_sum_are_a_fully_connected_layer_with_its_bias(tmp_path: Path) -> None:
    product = helper.make_node("MatMul", ["x", "f"], ["p"])
    path = saved(tmp_path, [product, helper.make_node("Add", ["b", "p"], ["y"])], ("N", 5, 8), FULLY_CONNECTED)
    loaded = proved(path)
    assert loaded.result.parameters == 8 * 6 + 6
    assert not loaded.opaque
    assert [each.rule for each in loaded.rewritten] == ["bias of a fully connected layer"]


FULLY_CONNECTED = [random_tensor("f", 8, 6), random_tensor("b", 6)]


@pytest.mark.parametrize("axis", [1, -1])
def test_a_layer_norm_in_words_is_one_node(tmp_path: Path, axis: int) -> None:
    """Over the channels of a map, and over the last dimension of a sequence, as exporters before opset 17 write it."""
    is_map = axis == 1
    size = 3 if is_map else 8
    inner = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[axis]),
        helper.make_node("Sub", ["x", "mean"], ["c"]),
        helper.make_node("Pow", ["c", "two"], ["s"]),
        helper.make_node("ReduceMean", ["s"], ["v"], axes=[axis]),
        helper.make_node("Add", ["v", "eps"], ["e"]),
        helper.make_node("Sqrt", ["e"], ["r"]),
        helper.make_node("Div", ["c", "r"], ["n"]),
        helper.make_node("Mul", ["n", "gamma"], ["g"]),
        helper.make_node("Add", ["g", "beta"], ["y"]),
    ]
    sides = (size, 1, 1) if is_map else (size,)
    weights = [
        numpy_helper.from_array(numpy.array(2, numpy.float32), "two"),
        numpy_helper.from_array(numpy.array(1e-6, numpy.float32), "eps"),
        random_tensor("gamma", *sides),
        random_tensor("beta", *sides),
    ]
    loaded = proved(saved(tmp_path, inner, ("N", 3, 9, 8) if is_map else ("N", 5, 8), weights))
    (norm,) = (node.layer for node in loaded.design.nodes.values() if node.layer.key == "layer_norm")
    assert norm == LayerNorm(1e-6)
    assert not loaded.opaque
    assert loaded.result.parameters == 2 * size


@pytest.mark.parametrize("name", ["GELU in words", "GELU by tanh in words"])
def test_a_gelu_in_words_is_one_node(tmp_path: Path, name: str) -> None:
    needed = {each for node in OPERATORS[name] for each in node.input}
    loaded = proved(saved(tmp_path, OPERATORS[name], weights=[each for each in WEIGHTS if each.name in needed]))
    assert [node.layer.key for node in loaded.design.nodes.values()] == ["input", "gelu", "output"]
    assert not loaded.opaque


def test_a_batch_norm_in_words_is_one_and_says_so(tmp_path: Path) -> None:
    needed = [each for each in WEIGHTS if each.name in ("factors", "h1")]
    loaded = proved(saved(tmp_path, OPERATORS["batch norm in words"], weights=needed))
    assert [node.layer.key for node in loaded.design.nodes.values()] == ["input", "batch_norm", "output"]
    assert "batch norm" in {each.rule for each in loaded.rewritten}


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([helper.make_node("NonMaxSuppression", ["x", "x"], ["y"])], "NonMaxSuppression"),
        ([helper.make_node("Det", ["x"], ["y"], name="the determinant")], "Det 'the determinant'"),
        ([helper.make_node("Relu", ["gone"], ["y"])], "'gone', which nothing makes"),
    ],
)
def test_what_no_layer_computes_is_named(tmp_path: Path, nodes: list[onnx.NodeProto], words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        load_model(saved(tmp_path, nodes))


@pytest.mark.slow
@every_design
def test_what_is_exported_comes_back(tmp_path: Path, design: Design) -> None:
    path = tmp_path / "net.onnx"
    export_onnx(design, path)
    assert_computes_the_same(proved(path), design)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["mobilenet_v1", "mobilenet_v2"])
def test_a_template_comes_back_as_itself(tmp_path: Path, key: str) -> None:
    """But for the batch norms' momentum, which no ONNX file states; the default stands for it."""
    design = template(key).build(resolution=64)
    export_onnx(design, tmp_path / "net.onnx")
    loaded = proved(tmp_path / "net.onnx")
    differing = [change for change in match_designs(design, loaded.design).changes if change.before and change.after]
    assert len(loaded.design.nodes) == len(design.nodes) or key == "mobilenet_v2"
    assert not differing


LIGHT_NETWORKS = "resnet50 squeezenet shufflenet densenet121 inception_v2".split()  # noqa: SIM905  # a column otherwise


@pytest.mark.slow
@pytest.mark.parametrize("name", LIGHT_NETWORKS)
def test_the_onnx_packages_own_networks_are_drawn(name: str) -> None:
    loaded = proved(LIGHT / f"light_{name}.onnx")
    assert loaded.max_abs_difference is not None
    assert loaded.max_abs_difference <= 1e-5


def _single_operators() -> list[Any]:
    kinds = ("pytorch-converted", "pytorch-operator")
    return [case for kind in kinds for case in load_model_tests(kind=kind) if case.model_dir]


@pytest.mark.slow
def test_single_operators_give_what_the_onnx_package_expects() -> None:
    drawn, wrong = [], []
    for case in _single_operators():
        folder = Path(case.model_dir)
        try:
            loaded = load_model(folder / "model.onnx")
        except ImportRefused:
            continue
        if loaded.opaque:
            continue
        drawn.append(case.name)
        given, expected = (
            numpy_helper.to_array(onnx.load_tensor(folder / "test_data_set_0" / f"{which}_0.pb"))
            for which in ("input", "output")
        )
        compiled = compile_module(loaded.design).eval()
        compiled.load_state_dict(dict(loaded.weights))
        if given.ndim != 4:
            continue  # its vector or sequence enters as a map of one column; the proof has held it against the runtime
        with torch.no_grad():
            made = compiled(torch.from_numpy(given.copy()))
        first = made[0] if isinstance(made, tuple) else made
        runs_apart = bool(loaded.result.runs) and not loaded.proved  # the runtime no longer has some of these opsets
        if runs_apart or not numpy.allclose(first.numpy(), expected, rtol=1e-3, atol=1e-5):
            wrong.append((case.name, loaded.result.unproved))
    assert not wrong
    assert len(drawn) >= 40


# What is no network --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG picture"),
        (b"PK\x03\x04" + bytes(99), "zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b'{"nodes": []}', "JSON"),
        (b"hello, world" * 9, "no ONNX file"),
    ],
)
def test_what_is_no_onnx_file_is_named_for_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match=words):
        load_model(path)


def test_a_claim_of_terabytes_is_refused(tmp_path: Path) -> None:
    huge = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 20, 1 << 20], raw_data=b"1234")
    with pytest.raises(ImportRefused, match="'w' claims 1,099,511,627,776 numbers"):
        load_model(saved(tmp_path, [helper.make_node("Conv", ["x", "w"], ["y"])], weights=[huge]))
    shape = numpy_helper.from_array(numpy.array([1 << 20, 1 << 20]), "s")
    bomb = helper.make_node("ConstantOfShape", ["s"], ["w"])
    with pytest.raises(ImportRefused, match="claims 1,099,511,627,776 numbers"):
        load_model(saved(tmp_path, [bomb, helper.make_node("Conv", ["x", "w"], ["y"])], weights=[shape]))


def test_weights_outside_are_read_only_where_it_was_said(tmp_path: Path) -> None:
    path = saved(tmp_path, [helper.make_node("Conv", ["x", "w"], ["y"])], weights=[KERNEL])
    model = onnx.load(path)
    onnx.save_model(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    with pytest.raises(ImportRefused, match="lie in another file"):
        load_model(path)
    assert load_model(path, ImportOptions(has_external_data=True)).proved
    outside = onnx.load(path, load_external_data=False)
    for entry in outside.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = "../../etc/passwd"
    path.write_bytes(outside.SerializeToString())
    with pytest.raises(ImportRefused):
        load_model(path, ImportOptions(has_external_data=True))


@pytest.mark.slow
def test_a_hundred_damaged_copies_end_in_words(tmp_path: Path) -> None:
    whole = saved(
        tmp_path,
        [
            helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("GlobalAveragePool", ["r"], ["p"]),
            helper.make_node("Flatten", ["p"], ["y"]),
        ],
        weights=[KERNEL],
    ).read_bytes()
    assert_ends_in_words(damaged_copies(whole, tmp_path, ".onnx", 100), at_least=40)
