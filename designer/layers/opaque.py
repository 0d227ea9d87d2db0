"""The layer that stands for what no other layer computes: an operator of a file, kept as it came."""

from __future__ import annotations

from string import ascii_lowercase

from designer import wording
from designer.graph import operations as op
from designer.graph.layer import Category, Layer, Port, X, Y
from designer.graph.operations import Step
from designer.graph.parameter import Parameter, tensors, word
from designer.graph.tensor import TensorSpec
from designer.layers.registry import register

FORMATS = {"onnx": "ONNX", "litert": "LiteRT", "pytorch": "PyTorch"}
"""Names for people of the formats that operators come from."""


@register(
    key="opaque", title="Opaque operator", glyph="OPQ", category=Category.DENSE, source="the file", is_offered=False
)
class Opaque(Layer):
    """An operator of the original that no layer computes, kept as it came: only its own format can be written with it.

    Its work is not known, so totals are without it; its shapes hold for the size it was brought in at.
    """

    operator: str = word(default="", help="The operator's type in the original.", such_as="an operator's type")
    format: str = word(default="onnx", help="The format that it is from.", such_as=" | ".join(FORMATS))
    takes: tuple[TensorSpec, ...] = tensors(help="What flowed into it when it was brought in.")
    gives: tuple[TensorSpec, ...] = tensors(help="What it gave then.")
    kept: tuple[TensorSpec, ...] = tensors(help="Constants that it keeps as weights.")
    content: str = word(default="", help="The operator as its file has it, as text.", such_as="the operator as text")

    @property
    def inputs(self) -> tuple[Port, ...]:
        return X if len(self.takes) == 1 else tuple(Port(_letter("x", index)) for index in range(len(self.takes)))

    @property
    def outputs(self) -> tuple[Port, ...]:
        return Y if len(self.gives) == 1 else tuple(Port(_letter("y", index)) for index in range(len(self.gives)))

    @property
    def operation(self) -> op.Opaque:
        """The operation that it is."""
        return op.Opaque(self.format, self.operator, self.takes, self.gives, self.kept, self.content)

    def lower(self, *inputs: TensorSpec) -> tuple[Step, ...]:
        results = tuple(port.name for port in self.outputs)
        return (Step(self.operation, tuple(port.name for port in self.inputs), results),)

    @property
    def sees_everything(self) -> bool:
        """What it sees is not known; that it sees all is the safe thing to say."""
        return True

    @property
    def bytes(self) -> int:
        """Bytes that it keeps: the operator's text, and its constants."""
        return len(self.content) + sum(spec.bytes for spec in self.kept)

    def shown_parameters(self) -> tuple[Parameter, ...]:
        """None: what came as it is cannot be edited."""
        return ()

    def summary(self, *inputs: TensorSpec) -> str:
        return f"opaque · {wording.memory(self.bytes)}"

    def card_title(self) -> str:
        return self.operator or self.title


def _letter(stem: str, index: int) -> str:
    return f"{stem}_{ascii_lowercase[index]}" if index < len(ascii_lowercase) else f"{stem}_{index}"
