"""Where a design begins and ends."""

from __future__ import annotations

from designer.errors import ShapeError
from designer.graph.layer import Category, Layer, Port
from designer.graph.operations import Step
from designer.graph.parameter import integer
from designer.graph.tensor import TensorSpec
from designer.issue_code import IssueCode
from designer.layers.registry import register


@register(key="input", title="Input", glyph="IN", category=Category.ENDPOINT, keywords=("source", "image"))
class Input(Layer):
    """Gives the design its input, N×C×H×W; the batch N is chosen when measuring."""

    channels: int = integer(default=3, low=1, high=2**31 - 1, help="Channels C of the input; 3 for a colour picture.")
    height: int = integer(default=224, low=1, high=65536, unit="px", help="Rows H of the input.")
    width: int = integer(default=224, low=1, high=65536, unit="px", help="Columns W of the input.")

    @property
    def inputs(self) -> tuple[Port, ...]:
        return ()

    def output(self, batch: int = 1) -> TensorSpec:
        """N×C×H×W for a batch of N; there is no input shape to follow."""
        return TensorSpec((batch, self.channels, self.height, self.width))

    def lower(self) -> tuple[Step, ...]:
        return ()

    def summary(self, *_: TensorSpec) -> str:
        return self.output().full_label.removeprefix("1×")


@register(key="output", title="Output", glyph="OUT", category=Category.ENDPOINT, keywords=("sink", "result"))
class Output(Layer):
    """Marks what the design gives: any N×C×H×W or N×F."""

    @property
    def outputs(self) -> tuple[Port, ...]:
        return ()

    def lower(self, x: TensorSpec) -> tuple[Step, ...]:
        if not x.elements:
            raise ShapeError(
                IssueCode.TOO_SMALL, "nothing reaches the output", f"its input {x.full_label} holds no element"
            )
        return ()

    def summary(self, *inputs: TensorSpec) -> str:
        return inputs[0].full_label.partition("×")[2] if inputs else ""
