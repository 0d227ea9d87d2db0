"""Functions that a file spells out become the operation that computes them; near misses stay as they are."""

from __future__ import annotations

import pytest

from designer.graph import operations as op
from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec
from designer.importing import rules
from designer.importing.drawing import shapes
from designer.importing.network import Boundary, Foreign, Network, NetworkStep, Origin
from designer.importing.rules import rewritten

Line = tuple[Operation | Foreign, tuple[str, ...], str]


def network(*lines: Line, channels: int = 8, outputs: tuple[str, ...] = ()) -> Network:
    """A network of a map ``x``; the last line's result leaves, and others that are named."""
    steps = tuple(
        NetworkStep(operation, inputs, (result,), origins=(Origin(result, "test"),))
        for operation, inputs, result in lines
    )
    spec = TensorSpec((1, channels, 6, 6))
    leaving = tuple(Boundary(name, name, spec) for name in (*outputs, lines[-1][2]))
    return Network("net", (Boundary("x", "x", spec),), leaving, steps)


def operations_of(made: Network) -> list[Operation]:
    after = rewritten(made, shapes(made))
    return [step.operation for step in after.steps if isinstance(step.operation, Operation)]


PLUS_3 = (op.ScalarAdd(3.0), ("x",), "plus")
CLIPPED = (op.Relu6(), ("plus",), "clipped")
SHUFFLE = [
    (op.Reshape((2, 4, 6, 6)), ("x",), "parted"),
    (op.Permute((0, 2, 1, 3, 4)), ("parted",), "turned"),
    (op.Reshape((8, 6, 6)), ("turned",), "y"),
]
NORM = [
    (op.Permute((0, 2, 3, 1)), ("x",), "last"),
    (op.LayerNorm(8, 1e-6, -1), ("last",), "normed"),
    (op.Permute((0, 3, 1, 2)), ("normed",), "y"),
]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([(op.Sigmoid(), ("x",), "gate"), (op.Multiply(), ("x", "gate"), "y")], op.Silu()),
        ([(op.Sigmoid(), ("x",), "gate"), (op.Multiply(), ("gate", "x"), "y")], op.Silu()),
        ([(op.HardSigmoid(), ("x",), "gate"), (op.Multiply(), ("gate", "x"), "y")], op.HardSwish()),
        ([PLUS_3, CLIPPED, (op.ScalarMultiply(1 / 6), ("clipped",), "y")], op.HardSigmoid()),
        (
            [PLUS_3, CLIPPED, (op.Multiply(), ("x", "clipped"), "p"), (op.ScalarMultiply(1 / 6), ("p",), "y")],
            op.HardSwish(),
        ),
        (
            [PLUS_3, CLIPPED, (op.ScalarMultiply(1 / 6), ("clipped",), "s"), (op.Multiply(), ("s", "x"), "y")],
            op.HardSwish(),
        ),
        (SHUFFLE, op.ChannelShuffle(2)),
        ([(op.Reshape((2, 4, 4, 9)), ("x",), "parted"), SHUFFLE[1], SHUFFLE[2]], op.ChannelShuffle(2)),
        (NORM, op.LayerNorm(8, 1e-6, 1)),
        ([(op.Permute((0, 2, 3, 1)), ("x",), "a"), (op.Permute((0, 2, 1, 3)), ("a",), "y")], op.Permute((0, 3, 2, 1))),
        (
            [
                (op.Permute((0, 2, 3, 1)), ("x",), "a"),
                (op.Permute((0, 3, 1, 2)), ("a",), "b"),
                (op.Relu(), ("b",), "y"),
            ],
            op.Relu(),
        ),
    ],
)
def test_a_spelled_out_function_is_one_operation(lines: list[Line], wanted: Operation) -> None:
    assert operations_of(network(*lines)) == [wanted]


def foreign(operator: str) -> Foreign:
    """An operator of one tensor that no layer computes."""
    return Foreign("onnx", operator, {}, (TensorSpec((1, 8, 6, 6)),), "kept", "no layer computes it")


ROOT = 0.5**0.5
SPELLED: list[tuple[list[Line], Operation]] = [
    (  # x·½·(1 + erf(x/√2)), as PyTorch's exporter writes it
        [
            (op.ScalarMultiply(ROOT), ("x",), "a"),
            (foreign("Erf"), ("a",), "b"),
            (op.ScalarAdd(1.0), ("b",), "c"),
            (op.Multiply(), ("x", "c"), "d"),
            (op.ScalarMultiply(0.5), ("d",), "y"),
        ],
        op.Gelu(),
    ),
    (  # (½x)·(1 + erf(x/√2))
        [
            (op.ScalarMultiply(0.5), ("x",), "h"),
            (op.ScalarMultiply(ROOT), ("x",), "a"),
            (foreign("Erf"), ("a",), "b"),
            (op.ScalarAdd(1.0), ("b",), "c"),
            (op.Multiply(), ("h", "c"), "y"),
        ],
        op.Gelu(),
    ),
    (  # ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
        [
            (op.Multiply(), ("x", "x"), "s"),
            (op.Multiply(), ("s", "x"), "c"),
            (op.ScalarMultiply(0.044715), ("c",), "w"),
            (op.Add(), ("x", "w"), "t"),
            (op.ScalarMultiply(0.7978845608), ("t",), "r"),
            (op.Tanh(), ("r",), "h"),
            (op.ScalarAdd(1.0), ("h",), "o"),
            (op.Multiply(), ("x", "o"), "p"),
            (op.ScalarMultiply(0.5), ("p",), "y"),
        ],
        op.Gelu(by_tanh=True),
    ),
    (  # the same taken as x·½·x²·x
        [
            (op.ScalarMultiply(0.5), ("x",), "half"),
            (op.Multiply(), ("x", "x"), "s"),
            (op.ScalarMultiply(0.044715), ("s",), "w"),
            (op.ScalarAdd(1.0), ("w",), "i"),
            (op.ScalarMultiply(0.7978845608), ("x",), "r"),
            (op.Multiply(), ("r", "i"), "j"),
            (op.Tanh(), ("j",), "h"),
            (op.ScalarAdd(1.0), ("h",), "o"),
            (op.Multiply(), ("half", "o"), "y"),
        ],
        op.Gelu(by_tanh=True),
    ),
    (  # x·tanh(softplus(x))
        [(foreign("Softplus"), ("x",), "s"), (op.Tanh(), ("s",), "t"), (op.Multiply(), ("x", "t"), "y")],
        op.Mish(),
    ),
    (  # x/(1 + e⁻ˣ)
        [
            (op.ScalarMultiply(-1.0), ("x",), "n"),
            (foreign("Exp"), ("n",), "e"),
            (op.ScalarAdd(1.0), ("e",), "o"),
            (op.Divide(), ("x", "o"), "y"),
        ],
        op.Silu(),
    ),
    (  # clip(x/6 + ½, 0, 1)
        [
            (op.ScalarMultiply(1 / 6), ("x",), "s"),
            (op.ScalarAdd(0.5), ("s",), "a"),
            (op.HardTanh(0.0, 1.0), ("a",), "y"),
        ],
        op.HardSigmoid(),
    ),
    (  # x·clip(x + 3, 0, 6)/6, the sixth before the product
        [
            (op.ScalarAdd(3.0), ("x",), "a"),
            (op.HardTanh(0.0, 6.0), ("a",), "c"),
            (op.ScalarMultiply(1 / 6), ("x",), "s"),
            (op.Multiply(), ("s", "c"), "y"),
        ],
        op.HardSwish(),
    ),
]


@pytest.mark.parametrize(("lines", "wanted"), SPELLED)
def test_a_function_is_known_however_it_is_spelled(lines: list[Line], wanted: Operation) -> None:
    made = network(*lines)
    (step,) = rewritten(made, shapes(made)).steps
    assert (step.operation, step.inputs, step.results) == (wanted, ("x",), ("y",))
    assert {origin.name for origin in step.origins} == {line[2] for line in lines}


@pytest.mark.parametrize(("lines", "wanted"), SPELLED)
def test_a_function_that_is_off_by_a_thousandth_is_none(lines: list[Line], wanted: Operation) -> None:
    last, inputs, _ = lines[-1]
    off = [*lines[:-1], (last, inputs, "z"), (op.ScalarMultiply(1.001), ("z",), "y")]
    made = network(*off)
    after = rewritten(made, shapes(made))
    assert [step.operation for step in after.steps] == [wanted, op.ScalarMultiply(1.001)]


@pytest.mark.parametrize(
    "lines",
    [
        [(op.ScalarAdd(2.0), ("x",), "plus"), CLIPPED, (op.ScalarMultiply(1 / 6), ("clipped",), "y")],
        [PLUS_3, CLIPPED, (op.ScalarMultiply(1 / 5), ("clipped",), "y")],
        [PLUS_3, (op.Relu(), ("plus",), "clipped"), (op.ScalarMultiply(1 / 6), ("clipped",), "y")],
        [(op.Relu(), ("x",), "other"), (op.Sigmoid(), ("other",), "gate"), (op.Multiply(), ("x", "gate"), "y")],
        [SHUFFLE[0], (op.Permute((0, 1, 2, 4, 3)), ("parted",), "turned"), SHUFFLE[2]],
        [(op.Reshape((4, 8, 3, 3)), ("x",), "parted"), SHUFFLE[1], SHUFFLE[2]],
        [NORM[0], NORM[1], (op.Permute((0, 2, 3, 1)), ("normed",), "y")],
    ],
)
def test_a_near_miss_stays_as_it_is(lines: list[Line]) -> None:
    assert operations_of(network(*lines)) == [line[0] for line in lines]


@pytest.mark.parametrize(("lines", "inner"), [(SHUFFLE, "turned"), (NORM, "normed"), ([PLUS_3, CLIPPED], "plus")])
def test_what_is_read_elsewhere_is_not_taken(lines: list[Line], inner: str) -> None:
    lines = lines if lines[-1][2] == "y" else [*lines, (op.ScalarMultiply(1 / 6), ("clipped",), "y")]
    assert operations_of(network(*lines, outputs=(inner,))) == [line[0] for line in lines]


def test_matches_that_overlap_leave_nothing_that_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(step: NetworkStep, around: rules._Surroundings) -> rules._Match | None:
        before = around.made_by.get(step.inputs[0])
        return None if before is None else rules._Match("twice", op.Relu(), before.inputs, before.results, {})

    monkeypatch.setattr(rules, "_RULES", (twice,))
    made = network(*[(op.Relu(), (source,), result) for source, result in ("xa", "ab", "bc", "cd")])
    after = rewritten(made, shapes(made))
    assert [(step.inputs, step.results) for step in after.steps] == [(("x",), ("b",)), (("b",), ("d",))]


def test_the_operators_it_stands_for_and_the_rule_are_kept() -> None:
    made = network(*SHUFFLE)
    (step,) = rewritten(made, shapes(made)).steps
    assert [origin.name for origin in step.origins] == ["parted", "turned", "y"]
    assert step.rules == ("channel shuffle",)
