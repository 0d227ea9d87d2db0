"""Products of matrices, and what turns scores into shares."""

from __future__ import annotations

from dataclasses import dataclass

from designer.errors import ShapeError
from designer.graph.formula import Statement, T, Terms
from designer.graph.operations.operation import Operation
from designer.graph.tensor import TensorSpec, require_channels_last
from designer.graph.weight import Weight, weight_and_bias
from designer.issue_code import IssueCode


@dataclass(frozen=True)
class Linear(Operation, title="fully connected"):
    """Every output reads every channel: N×F in, N×F' out, or N×L×C and N×L×C'; keeps ``weight`` F'×F and ``bias`` F'.

    MACs N·F·F', at each of L positions.

    Attributes:
        in_features: F.
        out_features: F'.
        bias: Whether one number is added to each output.
    """

    in_features: int
    out_features: int
    bias: bool = True

    def output(self, x: TensorSpec) -> TensorSpec:
        require_channels_last(x)
        return x.with_channels(self.out_features)

    def weights(self) -> tuple[Weight, ...]:
        return weight_and_bias((self.out_features, self.in_features), self.out_features, self.bias)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        symbol = "F" if output.is_vector else "C"
        outputs = of.quantity(f"{symbol}'", self.out_features)
        weight = of.product(of.quantity(symbol, self.in_features), outputs)
        places = of.positions(output)
        return Statement(
            weight + outputs if self.bias else weight,
            of.product(of.batch(output), weight, *places),
            of.product(of.batch(output), outputs, *places) if self.bias else None,
        )


@dataclass(frozen=True)
class MatrixProduct(Operation, title="matrix product"):
    """The matrices in the last two dimensions, multiplied: N×…×M×K and N×…×K×P give N×…×M×P. MACs N·…·M·K·P.

    Attributes:
        transposed: Whether the second comes as N×…×P×K.
    """

    transposed: bool = False

    def output(self, *inputs: TensorSpec) -> TensorSpec:
        a, b = inputs
        rows, columns = (b.shape[-2], b.shape[-1]) if not self.transposed else (b.shape[-1], b.shape[-2])
        if len(a.shape) < 3 or len(a.shape) != len(b.shape) or a.shape[:-2] != b.shape[:-2] or a.shape[-1] != rows:
            raise ShapeError(
                IssueCode.MATRICES_DIFFER,
                f"no product of {a.label} and {b.label}",
                f"each row of the first has {a.shape[-1]} numbers and each column of the second {rows}; "
                "what stands before the last two dimensions is the same in both",
            )
        return TensorSpec((*a.shape[:-1], columns), a.dtype, len(a.shape) - 1)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        a = inputs[0]
        outer = [of.quantity(f"d{index}", side) for index, side in enumerate(a.shape[1:-2], start=1)]
        inner = (of.quantity("M", a.shape[-2]), of.quantity("K", a.shape[-1]), of.quantity("P", output.shape[-1]))
        return Statement(macs=of.product(of.batch(a), *outer, *inner))


@dataclass(frozen=True)
class Softmax(Operation, title="softmax"):
    """eˣ by the sum of all eˣ along a dimension: shares that add up to one.

    Five operations an element: a comparison for the largest, a subtraction, an exponential, an addition, a division.

    Attributes:
        axis: Which dimension, the batch being 0; −1 is the last.
    """

    axis: int = -1

    def output(self, x: TensorSpec) -> TensorSpec:
        if not (self.axis == -1 or 0 < self.axis < len(x.shape)):
            raise ShapeError(
                IssueCode.SOFTMAX, f"{x.label} has no dimension {self.axis}", "dimensions are counted from the batch, 0"
            )
        return x

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return Statement(elementwise=of.product(of.constant(5), of.elements(output)))
