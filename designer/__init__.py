"""Bottleneck Designer as a library: designs in and out of files, checked, counted, compiled, measured, exported.

>>> import designer
>>> design = designer.template("mobilenet_v2", width=1.0, resolution=224, classes=1000, padding="torch")
>>> designer.check(design)
()
>>> designer.cost(design).macs
300774272

Importing it loads neither Qt nor PyTorch; a name's room is loaded when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from designer.machine import keep_to_quota
from designer.runtime.privacy import keep_private

if TYPE_CHECKING:
    from designer.analysis.fixes import Problem as Problem
    from designer.analysis.issues import Issue as Issue
    from designer.analysis.report import CostReport as CostReport
    from designer.errors import DesignerError as DesignerError
    from designer.files.design_json import load as load
    from designer.files.design_json import save as save
    from designer.graph.design import Design as Design
    from designer.runtime.compile.module import compile_module as compile_module
    from designer.runtime.formats.onnx_file import export_onnx as export_onnx
    from designer.runtime.importing.load import from_module as from_module
    from designer.runtime.importing.load import load_model as load_model
    from designer.runtime.measure.latency import measure_latency as measure_latency

_ROOMS = {
    "CostReport": "designer.analysis.report",
    "Design": "designer.graph.design",
    "DesignerError": "designer.errors",
    "Issue": "designer.analysis.issues",
    "Problem": "designer.analysis.fixes",
    "compile_module": "designer.runtime.compile.module",
    "export_onnx": "designer.runtime.formats.onnx_file",
    "from_module": "designer.runtime.importing.load",
    "load": "designer.files.design_json",
    "load_model": "designer.runtime.importing.load",
    "measure_latency": "designer.runtime.measure.latency",
    "save": "designer.files.design_json",
}

__all__ = [
    "CostReport",
    "Design",
    "DesignerError",
    "Issue",
    "Problem",
    "check",
    "compile_module",
    "cost",
    "export_onnx",
    "from_module",
    "load",
    "load_model",
    "measure_latency",
    "save",
    "template",
    "to_networkx",
]


# Before any room loads what they are about.
keep_private()
keep_to_quota()


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module 'designer' has no attribute '{name}'")


def template(name: str, **settings: Any) -> Design:
    """A design to begin with, as ``bottleneck-designer new`` makes it.

    Args:
        name: ``mobilenet_v2``, ``mobilenet_v1``, ``bottleneck``, ``separable`` or ``article_bottleneck``.
        **settings: The template's settings; for the networks ``width``, ``resolution``, ``classes``, ``padding``.

    Raises:
        TemplateError: The template or a setting is unknown, or a value does not suit its setting.
    """
    from designer.templates.networks import template as find

    return find(name).build(**settings)


def check(design: Design) -> tuple[Problem, ...]:
    """Every problem of a design, each with what, where, why and what would fix it; none where it is sound."""
    from designer.analysis.analysis import analyse
    from designer.analysis.fixes import problems

    return problems(analyse(design))


def cost(design: Design) -> CostReport:
    """What one forward pass of a valid design costs, in total and by node.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    from designer.analysis.analysis import analyse
    from designer.analysis.report import cost_report

    return cost_report(analyse(design))


def to_networkx(design: Design) -> Any:
    """The validated design as a ``networkx.MultiDiGraph``: layers at the nodes, ports and shapes at the edges.

    Raises:
        InvalidDesign: The design has problems; the text has a line for each.
    """
    from designer.analysis.analysis import analyse
    from designer.analysis.report import problem_lines
    from designer.errors import InvalidDesign
    from designer.graph.networkx_view import to_networkx as convert

    analysis = analyse(design)
    if not analysis.is_valid:
        raise InvalidDesign(problem_lines(analysis))
    return convert(design, {wire.source: analysis.spec(wire.source) for wire in design.wires.values()})
