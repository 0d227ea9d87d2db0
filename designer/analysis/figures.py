"""What each figure means: its name, its unit, what is counted in it and what is not, and by whose definition."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Figure(Enum):
    """A figure that can be asked about; the value is its word in files and on the command line."""

    PARAMETERS = "parameters"
    MACS = "macs"
    ELEMENTWISE = "elementwise"
    FLOPS = "flops"
    WEIGHT_BYTES = "weight_bytes"
    PEAK_MEMORY = "peak_activation_bytes"
    BYTES_MOVED = "bytes_moved"
    RECEPTIVE_FIELD = "receptive_field"

    @property
    def definition(self) -> Definition:
        """What it means."""
        return _DEFINITIONS[self]


@dataclass(frozen=True)
class Definition:
    """What a figure means.

    Attributes:
        title: Its name on screen.
        unit: What it is counted in.
        counted: What is counted, one line each.
        not_counted: What might be expected to count and does not, one line each.
        source: Whose definition it is.
    """

    title: str
    unit: str
    counted: tuple[str, ...]
    not_counted: tuple[str, ...]
    source: str


_DEFINITIONS = {
    Figure.PARAMETERS: Definition(
        "Parameters",
        "parameters",
        ("weights of convolutions and fully connected layers", "their biases", "scale and shift of batch norms"),
        ("running means and variances of batch norms: they are kept, but not trained",),
        "as PyTorch's Module.parameters() gives them",
    ),
    Figure.MACS: Definition(
        "MACs",
        "MACs",
        ("each multiplication together with its addition, in convolutions and fully connected layers",),
        ("biases", "batch norms", "activations", "additions and products of tensors", "pooling"),
        "Howard et al. 2017, MobileNets, sec. 3.1 (Mult-Adds)",
    ),
    Figure.ELEMENTWISE: Definition(
        "Element-wise operations",
        "operations",
        (
            "each addition, multiplication, division, comparison or exponential on one element, as one",
            "biases, batch norms, activations, additions and products of tensors, pooling",
        ),
        ("multiply-accumulates", "moving memory: joining, flattening, padding"),
        "each layer's own definition",
    ),
    Figure.FLOPS: Definition(
        "FLOPs",
        "FLOPs",
        ("two for each multiply-accumulate", "one for each element-wise operation"),
        ("moving memory: joining, flattening, padding",),
        "2 × MACs + element-wise operations",
    ),
    Figure.WEIGHT_BYTES: Definition(
        "Weights",
        "bytes",
        ("each parameter, in the bytes of its element type",),
        ("running means and variances of batch norms", "what a file adds around them"),
        "parameters × bytes each",
    ),
    Figure.PEAK_MEMORY: Definition(
        "Peak activation memory",
        "bytes",
        (
            "every tensor from the step that makes it to the last step that reads it",
            "what a step reads and what it writes, together",
        ),
        (
            "weights",
            "scratch space of the library that runs it",
            "what running in place or joining a batch norm with its convolution would save",
        ),
        "lifetimes of tensors in the order of execution; views live in their input's memory",
    ),
    Figure.BYTES_MOVED: Definition(
        "Bytes moved",
        "bytes",
        ("every input, the parameters and the output, once each",),
        ("reading again what a cache has lost", "views: nothing moves"),
        "the least that each node has to read and write by itself",
    ),
    Figure.RECEPTIVE_FIELD: Definition(
        "Receptive field",
        "pixels across",
        ("1 for the position itself", "(extent − 1) · jump for each window on the way that sees most"),
        (
            "how much each pixel weighs: those in the middle count for more",
            "what ways that meet see together: of several, the one that sees most stands for all, though padding can "
            "lead them to other pixels",
        ),
        "Araujo et al. 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill, eq. 2",
    ),
}
