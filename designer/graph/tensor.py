"""What flows along a wire: the shape and element type of one tensor. Knows no layer."""

from __future__ import annotations

from enum import Enum
from math import prod
from typing import NamedTuple

from designer.errors import ShapeError
from designer.issue_code import IssueCode


class DType(Enum):
    """Element types, by the names PyTorch gives them. What is not real comes out of opaque operators only."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT64 = "float64"
    INT64 = "int64"
    INT32 = "int32"
    INT16 = "int16"
    INT8 = "int8"
    UINT8 = "uint8"
    BOOL = "bool"

    def __init__(self, torch_name: str) -> None:
        bits = torch_name.lstrip("abcdefghijklmnopqrstuvwxyz")
        self.bytes = int(bits) // 8 if bits else 1
        """Bytes of one element."""

    __hash__ = object.__hash__  # each is there once, and a recount hashes hundreds of shapes


class TensorSpec(NamedTuple):
    """Shape and element type of one tensor: a map N×C×H×W, a vector N×F, a sequence N×L×C, or any other rank.

    A NamedTuple, not a dataclass: a recount makes and hashes hundreds of them, and this halves its time.

    Attributes:
        shape: Every dimension, the batch N first.
        dtype: Type of its elements.
        channel_axis: Which dimension holds the channels.
    """

    shape: tuple[int, ...]
    dtype: DType = DType.FLOAT32
    channel_axis: int = 1

    @property
    def batch(self) -> int:
        """N, images at once."""
        return self.shape[0] if self.shape else 1

    @property
    def channels(self) -> int:
        """C of a feature map or a sequence; F of a vector; 1 of a number alone."""
        return self.shape[self.channel_axis] if self.shape else 1

    @property
    def sides(self) -> tuple[int, ...]:
        """What is neither batch nor channels: (H, W) of a map, (L,) of a sequence, nothing of a vector."""
        if self.channel_axis == 1:
            return self.shape[2:]
        return tuple(side for axis, side in enumerate(self.shape) if axis not in (0, self.channel_axis))

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
        """Whether this is N×C×H×W."""
        return len(self.shape) == 4 and self.channel_axis == 1

    @property
    def is_vector(self) -> bool:
        """Whether this is N×F."""
        return len(self.shape) == 2

    @property
    def has_channels_last(self) -> bool:
        """Whether the channels are the last dimension, as a vector's and a sequence's are."""
        return self.channel_axis == len(self.shape) - 1

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Bytes it takes in memory."""
        return prod(self.shape) * self.dtype.bytes

    def with_channels(self, channels: int) -> TensorSpec:
        """The same sides with another number of channels."""
        axis = self.channel_axis
        return TensorSpec((*self.shape[:axis], channels, *self.shape[axis + 1 :]), self.dtype, axis)

    def with_sides(self, height: int, width: int) -> TensorSpec:
        """The same map with another height and width."""
        return TensorSpec((self.shape[0], self.shape[1], height, width), self.dtype)

    @property
    def full_label(self) -> str:
        """Every dimension: ``1×144×56×56``."""
        return "×".join(map(str, self.shape))

    @property
    def label(self) -> str:
        """What stands on a wire, without the batch: ``144×56²``, ``144×56×48``, ``1280``, ``196×64``."""
        if not self.is_map:
            return "×".join(map(str, self.shape[1:]))
        sides = f"{self.height}²" if self.height == self.width else f"{self.height}×{self.width}"
        return f"{self.channels}×{sides}"

    @property
    def described(self) -> str:
        """What it is, in words: ``the map 144×56²``, ``a vector of 1280``, ``the tensor 196×64``."""
        if self.is_vector:
            return f"a vector of {self.channels}"
        return f"the {'map' if self.is_map else 'tensor'} {self.label}"


def require_map(x: TensorSpec) -> None:
    """Raise ShapeError unless the input is a feature map N×C×H×W."""
    if len(x.shape) == 4 and x.channel_axis == 1:  # ``is_map``, which every layer asks of every tensor
        return
    place = "it belongs before the flatten" if x.is_vector else "a map has channels, height and width"
    raise ShapeError(IssueCode.NEEDS_MAP, "it takes a feature map", f"its input is {x.described}; {place}")


def require_channels_last(x: TensorSpec) -> None:
    """Raise ShapeError unless the channels are the last dimension, as in N×F and N×L×C."""
    if not x.has_channels_last:
        raise ShapeError(
            IssueCode.NEEDS_VECTOR, "it takes a vector", f"its input is {x.described}; a flatten before it fixes that"
        )
