"""The columns of a stage table: what each says of a block, and the block after a cell was typed into.

A column stands for parameters by their names, which mean the same in the whole catalogue, so a new block fills its
cells by declaring its parameters.
"""

from __future__ import annotations

import re
from enum import Enum

from designer.analysis.analysis import facts
from designer.errors import EditRefused, ParameterError
from designer.graph.layer import Layer
from designer.graph.parameter import Choice, Parameter
from designer.graph.tensor import TensorSpec
from designer.layers.registry import lookup
from designer.redesign.replacing import widened_to
from designer.redesign.widths import outer_width

BLANK = "–"
"""What stands in a cell that says nothing; papers print a dash."""

BLANKS = ("", "-", BLANK, "—", "\u2212")
"""What is read as nothing."""


class Column(Enum):
    """What a column of the table says."""

    INPUT = "Input"
    OPERATOR = "Operator"
    T = "t"
    C = "c"
    N = "n"
    S = "s"
    K = "k"
    ACTIVATION = "Activation"
    SE = "SE"
    MORE = "More"
    PARAMETERS = "Parameters"
    MACS = "MACs"

    @property
    def title(self) -> str:
        """The heading, as papers print it."""
        return self.value

    @property
    def help(self) -> str:
        """One sentence on it."""
        return _HELP[self]


_HELP = {
    Column.INPUT: "The shape that enters the first block, height and width and channels",
    Column.OPERATOR: "The kind of block",
    Column.T: "Expansion: hidden channels for each channel that comes in",
    Column.C: "Channels that come out",
    Column.N: "How many times the block is repeated",
    Column.S: "Stride of the first block; the repeats have 1",
    Column.K: "Side of the kernel; before and after the expansion where there are two, 0 for none",
    Column.ACTIVATION: "The activation function",
    Column.SE: "Channels inside the squeeze-and-excite; nothing where there is none",
    Column.MORE: "What else differs from a fresh block of the kind, as name=value",
    Column.PARAMETERS: "Trained numbers of the whole row",
    Column.MACS: "Multiply-accumulates of the whole row",
}
_PARAMETERS = {
    Column.T: "expansion",
    Column.S: "stride",
    Column.K: "kernel_size",
    Column.ACTIVATION: "activation",
    Column.SE: "squeezed_channels",
}
_ACTIVATION_WORDS = {"re": "relu", "re6": "relu6", "hs": "hard_swish", "h-swish": "hard_swish", "swish": "silu"}
_EXCITED, _PLAIN = "mbconv", "bottleneck"
"""V2's bottleneck with a squeeze-and-excite, and the same without."""


_SHORT = {"expansion": "t", "out_channels": "c", "stride": "s", "kernel_size": "k"}
"""What the parameters of a group that a person drew may be called, as papers print them."""


def own_parameter(layer: Layer, name: str) -> Parameter | None:
    """The parameter of a name; None where the layer declares none. A group's may have the paper's letter for a name."""
    names = (name, _SHORT.get(name, "")) if layer.body is not None else (name,)
    return next((each for each in layer.parameters if each.name in names), None)


def width_parameter(layer: Layer, given: TensorSpec | None) -> Parameter | None:
    """What decides how many channels come out; where shapes are unknown, what is called so."""
    if given is not None and len(layer.inputs) == 1 and layer.body is None:
        found = outer_width(layer, (given,))
        if found is not None or facts(layer, (given,)).outputs:
            return found  # none where what comes out follows from what comes in, as of a depthwise
    return own_parameter(layer, "out_channels") or own_parameter(layer, "out_features")


def cell_text(layer: Layer, column: Column, given: TensorSpec | None, gives: TensorSpec | None) -> str:
    """What a column says of one block.

    Args:
        layer: The block.
        column: One that a block fills by itself: t, c, s, k, activation or SE.
        given: The shape N×C×H×W that reaches it, or None while unknown.
        gives: The shape it gives, or None while unknown.
    """
    if column is Column.C:
        width = width_parameter(layer, given)
        if width is None:
            return BLANK
        return str(gives.channels if gives is not None else getattr(layer, width.name))
    if column is Column.K and own_parameter(layer, "start_depthwise") is not None:
        return _two_kernels(layer)
    name = _PARAMETERS[column]
    parameter = own_parameter(layer, name)
    if parameter is None or (column is Column.SE and own_parameter(layer, "gate") is None):
        return BLANK
    return parameter.text(getattr(layer, parameter.name))


def more_text(layer: Layer, given: TensorSpec | None) -> str:
    """What no other column says of a block and differs from a fresh one: ``groups=3; padding=same``."""
    width = width_parameter(layer, given)
    own = (own_parameter(layer, name) for name in _PARAMETERS.values())
    said = {*(each.name for each in (*own, width) if each is not None)}
    if own_parameter(layer, "start_depthwise") is not None:
        said |= {"start_depthwise", "start_kernel_size", "middle_depthwise"}
    if own_parameter(layer, "gate") is None:
        said.discard("squeezed_channels")
    values = [
        f"{each.name}={each.text(getattr(layer, each.name))}"
        for each in layer.parameters
        if each.name not in said and getattr(layer, each.name) != each.default
    ]
    return "; ".join(values) or BLANK


def with_more(layer: Layer, text: str) -> Layer:
    """The block with what ``more_text`` says.

    Raises:
        EditRefused: A part is no ``name=value``.
        ParameterError: There is no such parameter, or the value does not suit it.
    """
    for part in text.split(";"):
        if part.strip() in BLANKS:
            continue
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals:
            raise EditRefused(f"'{part.strip()}' is no name=value, such as groups=3")
        layer = layer.with_parameter(name, layer.parameter(name).parse(value))
    return layer


def with_cell(layer: Layer, column: Column, text: str, given: TensorSpec | None) -> Layer:
    """The block after a text was typed into a column.

    Args:
        layer: The block.
        column: One that a block fills by itself.
        text: What was typed.
        given: The shape N×C×H×W that reaches it, or None while unknown.

    Raises:
        EditRefused: The block has nothing that the column says.
        ParameterError: The text stands for no value.
    """
    word = text.strip()
    if column is Column.SE:
        return _with_squeeze(layer, word)
    if column is Column.K and own_parameter(layer, "start_depthwise") is not None:
        return _with_two_kernels(layer, word)
    parameter = width_parameter(layer, given) if column is Column.C else own_parameter(layer, _PARAMETERS[column])
    if parameter is None:
        if word in BLANKS:
            return layer
        raise EditRefused(f"{layer.title} has no {column.title}: {_HELP[column].lower()}; leave the cell as it is")
    if word in BLANKS:
        raise ParameterError(parameter.name, f"nothing stands in it; {layer.title} needs a value")
    if column is Column.C and given is not None:
        return _with_channels(layer, parameter, word, given)
    if isinstance(parameter, Choice):
        word = _ACTIVATION_WORDS.get(word.casefold(), word)
    return layer.with_parameter(parameter.name, parameter.parse(word))


def _with_channels(layer: Layer, parameter: Parameter, word: str, given: TensorSpec) -> Layer:
    """The block that gives so many channels, of which its width may be a half or a part."""
    wanted = parameter.parse(word)
    by_width = layer.with_parameter(parameter.name, wanted)
    outputs = facts(by_width, (given,)).outputs
    if not outputs or outputs[0].channels == wanted:
        return by_width
    made = widened_to(layer, (given,), wanted)
    outputs = facts(made, (given,)).outputs
    if not outputs or outputs[0].channels != wanted:
        raise EditRefused(f"{layer.title} cannot give {wanted} channels here")
    return made


def _two_kernels(layer: Layer) -> str:
    kernels = []
    for is_there, side in (("start_depthwise", "start_kernel_size"), ("middle_depthwise", "kernel_size")):
        parameter = layer.parameter(side)
        kernels.append(parameter.text(getattr(layer, side)) if getattr(layer, is_there) else "0")
    return "+".join(kernels)


def _with_two_kernels(layer: Layer, word: str) -> Layer:
    parts = [part.strip() for part in word.split("+")]
    if len(parts) == 1:
        parts = ["0", *parts]
    if len(parts) != 2:
        raise ParameterError("kernel_size", f"'{word}' is not two kernels, as in 3+5; 0 is none")
    pairs = (("start_depthwise", "start_kernel_size"), ("middle_depthwise", "kernel_size"))
    for part, (is_there, side) in zip(parts, pairs, strict=True):
        stands = part not in ("0", *BLANKS)
        layer = layer.with_parameter(is_there, stands)
        if stands:
            layer = layer.with_parameter(side, layer.parameter(side).parse(part))
    return layer


def _with_squeeze(layer: Layer, word: str) -> Layer:
    """With so many channels inside the squeeze-and-excite; V2's bottleneck and MBConv become each other."""
    if word in BLANKS or word.casefold() in ("no", "off", "0"):
        return as_kind(layer, lookup(_PLAIN)) if layer.key == _EXCITED else layer
    excited = as_kind(layer, lookup(_EXCITED)) if layer.key == _PLAIN else layer
    if own_parameter(excited, "gate") is None:
        raise EditRefused(f"{layer.title} can have no squeeze-and-excite; MBConv and V2's bottleneck can")
    if re.fullmatch(r"\d+", word) is None:
        raise ParameterError("SE", f"'{word}' is no number of channels; a dash stands for none")
    return excited.with_parameter("squeezed_channels", excited.parameter("squeezed_channels").parse(word))


def as_kind(layer: Layer, cls: type[Layer]) -> Layer:
    """A block of another kind with every parameter that both declare; the rest have their defaults."""
    made = cls()
    for parameter in cls.parameters:
        if own_parameter(layer, parameter.name) is not None:
            try:
                made = made.with_parameter(parameter.name, getattr(layer, parameter.name))
            except ParameterError:
                continue  # such as an activation that the new kind does not offer
    return made
