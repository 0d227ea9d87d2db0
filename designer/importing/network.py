"""A network that comes in, as every reader gives it: steps in order, with their weights and where they are from.

A reader knows its file's format and no canvas; what draws knows no format. Both meet here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from designer.graph.operations import Operation
from designer.graph.tensor import TensorSpec

Array = Any
"""A NumPy array. This room does not import NumPy; it hands arrays on and asks for their shape and numbers."""


ADDEND = "addend"
"""What a ``Foreign`` addition adds: a number a channel, the channels last."""

Attribute = int | float | str | tuple[int, ...] | tuple[float, ...] | tuple[str, ...]
"""What an operator of a file states besides its tensors."""


class Origin(NamedTuple):
    """One operator of the original.

    Attributes:
        name: What it is called there; empty where it has no name.
        operator: Its type in the original's own words: ``Conv``, ``aten.conv2d``, ``DEPTHWISE_CONV_2D``.
        scope: The modules or name scopes it stands in, from the outside in, each by its own name.
        classes: The class of each of them where the original says it, as ``InvertedResidual``; empty where it does not.
        text: The operator with its attributes, as a person who knows the format would write it; a few lines at most.
    """

    name: str
    operator: str
    scope: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    text: str = ""


class Foreign(NamedTuple):
    """An operator that no operation of ours says, kept as it came.

    A rewriting rule may still find what it is a part of; what is left becomes an opaque node.

    Attributes:
        format: Of the file: ``onnx``, ``pytorch``, ``litert``.
        operator: Its type there: ``Erf``, ``NonMaxSuppression``.
        attributes: What a rule may ask for, by the format's own names: numbers, words, tuples of them.
        specs: The shape of each of its results.
        content: The operator as the file has it, as text that the format's writer can read back; empty where none can.
        reason: Why no operation of ours says it, for people.
        known: Constants that the content has, which a rule may take, by what they are: ``ADDEND``.
    """

    format: str
    operator: str
    attributes: Mapping[str, Attribute]
    specs: tuple[TensorSpec, ...]
    content: str = ""
    reason: str = ""
    known: Mapping[str, Array] = {}


@dataclass(frozen=True)
class NetworkStep:
    """One operation of a network, with the names of its tensors.

    Attributes:
        operation: What is computed.
        inputs: Names of the tensors it takes: inputs of the network, constants, or results of steps before it.
        results: Names of what it makes, as the original calls them, so that the original can be asked for them.
        weights: Arrays by the names that ``operation.weights()`` gives them, float32 and of the shapes it says.
        origins: The operators of the original that this step stands for.
        rules: Names of the rewriting rules that made it, for people: ``h-swish``, ``SAME padding``.
    """

    operation: Operation | Foreign
    inputs: tuple[str, ...]
    results: tuple[str, ...]
    weights: Mapping[str, Array] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    rules: tuple[str, ...] = ()


class Boundary(NamedTuple):
    """A tensor that enters or leaves a network.

    Attributes:
        tensor: Its name among the steps' tensors.
        name: What the original calls it.
        spec: Its shape as our design has it, N×C×H×W for a map.
        order: For each dimension of the original's tensor, which of ours it is, as (0, 2, 3, 1) where the original has
            N×H×W×C; empty where both are the same.
    """

    tensor: str
    name: str
    spec: TensorSpec
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Network:
    """What a file computes.

    Attributes:
        name: What the design shall be called.
        inputs: What enters, in the original's order.
        outputs: What leaves, in the original's order.
        steps: The operations in an order in which they can run.
        constants: Tensors that are no result of a step and no input, by name: what a ``Foreign`` reads, and what a rule
            may ask the numbers of. A step with an ``Operation`` keeps its constants as weights or as numbers in it.
        has_open_batch: Whether the original takes any number of pictures at once.
    """

    name: str
    inputs: tuple[Boundary, ...]
    outputs: tuple[Boundary, ...]
    steps: tuple[NetworkStep, ...]
    constants: Mapping[str, Array] = field(default_factory=dict)
    has_open_batch: bool = True


class Original(Protocol):
    """The file in its own runtime, to be run beside the design."""

    @property
    def runtime(self) -> str:
        """What it runs in, with the version: ``ONNX Runtime 1.32.0``."""
        ...

    def run(self, inputs: Sequence[Array], tensors: Sequence[str] = ()) -> Mapping[str, Array]:
        """Run it once.

        Args:
            inputs: One array an input, in *our* order of dimensions (a ``Boundary`` says how the original's differs).
            tensors: Names of tensors between, which are wanted besides the outputs; those the original cannot give are
                left out of the answer.

        Returns:
            Arrays by the tensors' names in the network: the outputs in our order of dimensions, tensors between in the
            order of dimensions that the network's step gives them, where that can be said.

        Raises:
            ImportRefused: Its runtime cannot run it; the text says why.
        """
        ...


@dataclass(frozen=True)
class Reading:
    """What a reader gives.

    Attributes:
        network: What the file computes, before any rewriting by rules.
        original: The file in its own runtime.
        source: What was read, for people: ``ONNX, opset 9 raised to 17, by pytorch 1.8``.
        format: ``onnx``, ``pytorch`` or ``litert``.
        warnings: What a person should know of the file.
        rewritten: Names of the reader's own rewrites, one entry an occurrence: ``constant folded``.
        keeping: Reads it again with the operators that make these tensors kept as they came; None where the reader
            cannot.
    """

    network: Network
    original: Original
    source: str
    format: str
    warnings: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    keeping: Callable[[frozenset[str]], Network] | None = None
