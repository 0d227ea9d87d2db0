"""Printed source is what formatters leave and linters pass, whatever its names and layers are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from designer.analysis.analysis import Analysis, analyse
from designer.edit.grouping import group
from designer.errors import ExportError
from designer.export.keras_source import keras_source
from designer.export.names import named_for_python
from designer.export.python_source import python_source
from designer.graph.design import Design, NodeId, PortRef, Wire
from designer.templates.networks import template
from tests.contracts.sampling import PLACEABLE, samples
from tests.export import hard_designs

LENGTHS = range(1, 100)
"""Of ids: each line of printed source meets its limit at a length of its own."""
PART = NodeId("layer")


def _called(design: Design, name: str) -> Design:
    """The design with another id for its layer."""
    new = {old: NodeId(name) if old == PART else old for old in design.nodes}
    nodes = [replace(node, id=new[node.id]) for node in design.nodes.values()]
    wires = [
        Wire(*(PortRef(new[ref.node], ref.port) for ref in (wire.source, wire.target)))  # type: ignore[arg-type]
        for wire in design.wires.values()
    ]
    return Design.build(design.name, nodes, wires)


def _layers_of_many_names() -> Iterator[Design]:
    for cls in PLACEABLE:
        for sample in islice(samples(cls), 2):
            for length in LENGTHS:
                design = _called(sample.design(), ("layer_of_a_long_name" * 5)[:length])
                yield design
                if length % 12 == 1:
                    yield group(design, [id for id in design.nodes if id.startswith("l")], "Block")[0]


def _hard_ones() -> Iterator[Design]:
    yield hard_designs.with_dead_ends()
    yield hard_designs.with_unread_outputs()
    yield group(hard_designs.with_dead_ends(), [NodeId("a"), NodeId("dead"), NodeId("dead_norm")], "Block")[0]
    for ids in hard_designs.TAKEN_IDS:
        design, _ = named_for_python(hard_designs.two_in_two_out(*ids))
        yield design
        yield hard_designs.in_a_group(design)
    for name in hard_designs.TAKEN_NAMES:
        grouped, _ = group(template("bottleneck").build(), [NodeId("depthwise"), NodeId("depthwise_bn")], name)
        yield grouped.renamed(name)


@pytest.mark.slow
@pytest.mark.parametrize("source", [python_source, keras_source], ids=["PyTorch", "Keras"])
@pytest.mark.parametrize("designs", [_layers_of_many_names, _hard_ones], ids=["layers", "hard ones"])
def test_text_is_formatted_and_clean(
    designs: Callable[[], Iterator[Design]], source: Callable[[Analysis], str], tmp_path: Path
) -> None:
    written = 0
    for index, design in enumerate(designs()):
        try:
            text = source(analyse(design))
        except ExportError as error:
            assert "Keras has no" in str(error)  # noqa: PT017  # what Keras lacks is refused, not printed
            continue
        (tmp_path / f"network_{index}.py").write_text(text, encoding="utf-8")
        written += 1
    assert written > 20
    for command in (["format", "--diff"], ["check", "--select", "E4,E7,E9,F,I,UP,B,SIM,N,RUF059"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[:3000]
