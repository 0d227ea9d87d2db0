"""Operations that normalise: by running statistics, or by those of the tensor itself."""

from __future__ import annotations

from dataclasses import dataclass

from designer.errors import ShapeError
from designer.graph.formula import Statement, T, Terms
from designer.graph.operations.operation import Operation
from designer.graph.tensor import TensorSpec, require_map
from designer.graph.weight import Weight
from designer.issue_code import IssueCode


@dataclass(frozen=True)
class BatchNorm(Operation, title="batch norm"):
    """Each channel of N×C×H×W by its running mean and variance, then scaled and shifted.

    Keeps ``weight`` C and ``bias`` C, and the running statistics. When running, one multiplication and one addition an
    element (Ioffe and Szegedy 2015, alg. 2).

    Attributes:
        channels: C.
        eps: Added to the variance.
        momentum: Share of a new batch in the running mean and variance.
    """

    channels: int
    eps: float = 1e-5
    momentum: float = 0.1

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x

    def weights(self) -> tuple[Weight, ...]:
        channels = (self.channels,)
        return (
            Weight("weight", channels),
            Weight("bias", channels),
            Weight("running_mean", channels, is_buffer=True),
            Weight("running_var", channels, is_buffer=True),
            Weight("num_batches_tracked", (), is_buffer=True, is_counter=True),
        )

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return _scaled(of, self.channels, 2, output)


def _scaled(of: Terms[T], channels: int, per_element: int, output: TensorSpec) -> Statement[T]:
    """A scale and a shift a channel, and so many operations an element."""
    return Statement(
        parameters=of.product(of.constant(2), of.quantity("C", channels)),
        elementwise=of.product(of.constant(per_element), of.elements(output)),
    )


def _scale_and_shift(channels: int) -> tuple[Weight, ...]:
    return (Weight("weight", (channels,)), Weight("bias", (channels,)))


@dataclass(frozen=True)
class LayerNorm(Operation, title="layer norm"):
    """The channels of each position by their own mean and variance, then scaled and shifted.

    Keeps ``weight`` C and ``bias`` C. The channels stand where the tensor has them: second in a map N×C×H×W, last in
    N×L×C. Seven operations an element: an addition to the mean; a subtraction, a multiplication and an addition to the
    variance; a division, a multiplication and an addition after it (Ba et al. 2016, eq. 4).

    Attributes:
        channels: C.
        eps: Added to the variance.
        axis: Which dimension holds the channels: 1, or −1 for the last.
    """

    channels: int
    eps: float = 1e-6
    axis: int = 1

    def output(self, x: TensorSpec) -> TensorSpec:
        if not (x.is_map or x.has_channels_last):
            raise ShapeError(
                IssueCode.NEEDS_MAP, "its channels stand neither second nor last", f"its input is {x.described}"
            )
        return x

    def weights(self) -> tuple[Weight, ...]:
        return _scale_and_shift(self.channels)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return _scaled(of, self.channels, 7, output)


@dataclass(frozen=True)
class GroupNorm(Operation, title="group norm"):
    """Each group of channels of one picture by its mean and variance, then scaled and shifted channel by channel.

    In N×C×H×W; keeps ``weight`` C and ``bias`` C. Seven operations an element, as in a layer norm
    (Wu and He 2018, eq. 7).

    Attributes:
        groups: How many groups there are.
        channels: C.
        eps: Added to the variance.
    """

    groups: int
    channels: int
    eps: float = 1e-5

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        if x.elements == x.batch * self.groups:
            raise ShapeError(
                IssueCode.GROUPS,
                f"each of {self.groups} groups is one number",
                f"a number less its own mean is 0, so nothing of {x.label} would be left; fewer groups, or a map of "
                "more positions, would do",
            )
        return x

    def weights(self) -> tuple[Weight, ...]:
        return _scale_and_shift(self.channels)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return _scaled(of, self.channels, 7, output)


@dataclass(frozen=True)
class LocalResponseNorm(Operation, title="local response norm"):
    """x / (k + α/n·Σ x²)^β, the sum over n neighbouring channels of N×C×H×W (Krizhevsky et al. 2012, sec. 3.3).

    n + 5 operations an element: n squares or additions of them, a square, a multiplication, an addition, a power, a
    division.

    Attributes:
        size: n.
        alpha: α.
        beta: β.
        k: What is added to the sum.
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        each = of.quantity("n", self.size) + of.constant(5)
        return Statement(elementwise=of.product(each, of.elements(output)))


@dataclass(frozen=True)
class GlobalResponseNorm(Operation, title="global response norm"):
    """γ·x·n + β + x, n each channel's norm over all positions by the mean of all channels' norms, in N×C×H×W.

    Keeps ``weight`` γ and ``bias`` β, C each. Six operations an element: a square and its addition, two
    multiplications, two additions; the few a channel are not counted (Woo et al. 2023, ConvNeXt V2, alg. 1).

    Attributes:
        channels: C.
        eps: Added to the mean of the norms.
    """

    channels: int
    eps: float = 1e-6

    def output(self, x: TensorSpec) -> TensorSpec:
        require_map(x)
        return x

    def weights(self) -> tuple[Weight, ...]:
        return _scale_and_shift(self.channels)

    def formulas(self, of: Terms[T], inputs: tuple[TensorSpec, ...], output: TensorSpec) -> Statement[T]:
        return _scaled(of, self.channels, 6, output)
