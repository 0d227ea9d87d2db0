"""Whether one file of a design can take pictures of any height and width, and how its shapes follow from them.

It can where no step depends on the size: TensorFlow's padding does, and so does a fully connected layer behind a map
that was laid out flat. Found by analysing the design at other sizes; no layer is asked for its type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from designer.analysis.analysis import Analysis, analyse
from designer.analysis.fixes import problems
from designer.graph.design import Design, NodePath

# Powers of two and odd numbers: between them every parity that strides of 2 can meet.
_GROWTHS = ((1, 2), (2, 1), (3, 5), (4, 16), (5, 3), (8, 32), (16, 4), (32, 64), (64, 8))
_MOST_STRIDE = 4096

_DIVISORS = (*(1 << power for power in range(13)), *(3 << power for power in range(8)), 5, 7, 9)

HEIGHT, WIDTH = "height", "width"


def other_sizes(analysis: Analysis) -> tuple[Analysis, ...]:
    """The design analysed at other heights and widths of its input, larger than its own.

    Past its total stride too, or a side that is one position at all of them would look as if it were always one.
    """
    stride = total_stride(analysis)
    past = ((stride, 2 * stride), (2 * stride, stride), (stride + 1, 3 * stride + 5), (3 * stride + 3, stride - 1))
    growths = (*_GROWTHS, *past)
    return tuple(analyse(_grown(analysis.design, *growth), batch=analysis.batch) for growth in growths)


def total_stride(analysis: Analysis) -> int:
    """Input pixels between neighbouring positions where the map is smallest, along the way that strides most."""
    return max((max(analysis.receptive_field(id).jump) for id in analysis.design.nodes), default=1)


def _grown(design: Design, rows: int, columns: int) -> Design:
    changed = design
    for node in design.input_nodes():
        sizes = {HEIGHT: rows, WIDTH: columns}
        layer = node.layer
        for name, more in sizes.items():
            bounds: Any = layer.parameter(name)
            layer = layer.with_parameter(name, min(getattr(layer, name) + more, bounds.high))
        changed = changed.with_layer(node.id, layer)
    return changed


def fixed_size_reason(analysis: Analysis) -> str:
    """Why height and width cannot be left open; empty where they can."""
    sizes = {(layer.height, layer.width) for layer in _input_layers(analysis)}
    if len(sizes) != 1:
        return "its inputs differ in size, and one open height and width cannot stand for all"
    if (stride := total_stride(analysis)) > _MOST_STRIDE:
        return f"its total stride of {stride} is more than the {_MOST_STRIDE} up to which sizes are tried"
    own = list(_steps(analysis))
    for other in other_sizes(analysis):
        layer = next(iter(_input_layers(other)))
        said = f"{layer.height}×{layer.width}"
        if not other.is_valid:
            return f"at {said} {problems(other)[0].line()}"
        for (path, calls), (_, calls_there) in zip(own, _steps(other), strict=True):
            if calls != calls_there:
                return f"{'.'.join(path)} depends on the size: at {said} it computes with other settings"
    return ""


def _input_layers(analysis: Analysis) -> Iterator[Any]:
    return (node.layer for node in analysis.design.input_nodes())


def _steps(analysis: Analysis) -> Iterator[tuple[NodePath, Any]]:
    """Every computing node's calls, and its weights' shapes."""
    for path, node, report in analysis.primitives():
        inputs = report.known_inputs
        if inputs is not None and node.layer.inputs:
            yield path, (node.layer.lower(*inputs), node.layer.weights(*inputs))


class SizeWords:
    """Words for dimensions that change with height and width: ``height``, ``height/2``.

    Args:
        bases: Height and width of the input at each analysis, the design's own first.
    """

    def __init__(self, bases: Sequence[tuple[int, int]]) -> None:
        self._bases = bases
        self._others: dict[tuple[int, ...], str] = {}

    def word(self, values: Sequence[int]) -> int | str:
        """What a dimension is called that has these values at the sizes in turn; the number where it never changes."""
        if len(set(values)) == 1:
            return values[0]
        for axis, name in enumerate((HEIGHT, WIDTH)):
            for divisor in _DIVISORS:
                if all(-(-base[axis] // divisor) == value for base, value in zip(self._bases, values, strict=True)):
                    return name if divisor == 1 else f"{name}/{divisor}"
        return self._others.setdefault(tuple(values), f"size_{len(self._others) + 1}")
