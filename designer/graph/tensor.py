"""What flows along a wire: the shape and element type of one tensor. Knows no layer."""

from __future__ import annotations

from enum import Enum
from math import prod
from typing import NamedTuple

from designer.errors import ShapeError


class DType(Enum):
    """Element types, by the names PyTorch gives them."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"

    @property
    def bytes(self) -> int:
        """Bytes of one element."""
        return 4 if self is DType.FLOAT32 else 2


class TensorSpec(NamedTuple):
    """Shape N×C×H×W of a feature map, or N×F of a vector, and its element type.

    A NamedTuple, not a dataclass: a recount makes and hashes hundreds of them, and this halves its time.
    """

    shape: tuple[int, ...]
    dtype: DType = DType.FLOAT32

    @property
    def batch(self) -> int:
        """N, images at once."""
        return self.shape[0]

    @property
    def channels(self) -> int:
        """C of a feature map; F of a vector."""
        return self.shape[1]

    @property
    def height(self) -> int:
        """H, rows."""
        return self.shape[2]

    @property
    def width(self) -> int:
        """W, columns."""
        return self.shape[3]

    @property
    def is_map(self) -> bool:
        """Whether this is N×C×H×W rather than N×F."""
        return len(self.shape) == 4

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Bytes it takes in memory."""
        return self.elements * self.dtype.bytes

    def with_channels(self, channels: int) -> TensorSpec:
        """The same map with another number of channels."""
        return TensorSpec((self.shape[0], channels, *self.shape[2:]), self.dtype)

    def with_sides(self, height: int, width: int) -> TensorSpec:
        """The same channels with another height and width."""
        return TensorSpec((self.shape[0], self.shape[1], height, width), self.dtype)

    @property
    def full_label(self) -> str:
        """Every dimension: ``1×144×56×56``."""
        return "×".join(map(str, self.shape))

    @property
    def label(self) -> str:
        """What stands on a wire, without the batch: ``144×56²``, ``144×56×48``, ``1280``."""
        if not self.is_map:
            return str(self.channels)
        sides = f"{self.height}²" if self.height == self.width else f"{self.height}×{self.width}"
        return f"{self.channels}×{sides}"


def require_map(x: TensorSpec) -> None:
    """Raise ShapeError unless the input is a feature map N×C×H×W."""
    if not x.is_map:
        raise ShapeError(
            "needs-map",
            "it takes a feature map",
            f"its input is a vector of {x.channels}; it belongs before the flatten",
        )


def require_vector(x: TensorSpec) -> None:
    """Raise ShapeError unless the input is a vector N×F."""
    if x.is_map:
        raise ShapeError(
            "needs-vector", "it takes a vector", f"its input is the map {x.label}; a flatten before it fixes that"
        )
