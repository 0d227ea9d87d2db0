"""What leaves in a format that is read comes back as the same design, but for the names of its nodes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from designer.analysis.analysis import analyse
from designer.analysis.program import program_of
from designer.errors import ExportError
from designer.export.source_text import class_name
from designer.files.design_json import load, loads
from designer.graph import operations as op
from designer.graph.design import Design
from designer.graph.operations import Operation
from designer.importing.model_files import ImportOptions
from designer.importing.result import ImportResult
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.runtime.formats.onnx_file import export_onnx
from designer.runtime.importing.load import import_model, load_model
from designer.templates.networks import templates
from tests.contracts.sampling import random_designs
from tests.reference.mobilenets import randomise
from tests.runtime.importing.round_trip import Computed, computed

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

EXAMPLES = sorted((Path(__file__).parents[3] / "resources" / "examples").glob("*.json"))
DESIGNS = [pytest.param(each.build(), id=each.key) for each in templates()] + [
    pytest.param(load(path), id=path.name.partition(".")[0]) for path in EXAMPLES
]

IN_SEVERAL: tuple[type[Operation], ...] = (
    *(op.Mish, op.Gelu, op.LayerNorm, op.GroupNorm, op.GlobalResponseNorm, op.AdaptiveAveragePool, op.LayerScale),
)
"""What ONNX of operator set 17 has to spell out in several operators, some of which need not come back as one."""


def has_any(design: Design, kinds: tuple[type[Operation], ...]) -> bool:
    return any(isinstance(each.step.operation, kinds) for each in program_of(analyse(design)).instructions)


def turns(found: Computed) -> int:
    """How many permutations stand there."""
    return sum(times for words, times in found.words.items() if words.startswith("permute"))


def assert_same(ours: Computed, design: str) -> None:
    theirs = computed(loads(design))
    assert theirs.words == ours.words
    assert theirs.operations == ours.operations
    assert theirs.outputs == ours.outputs


def exported(design: Design, path: Path) -> None:
    """Write a file in which every weight counts."""
    module = compile_module(design).eval()
    randomise(module)
    export_onnx(design, path, module=module)


def read_again(path: Path) -> ImportResult:
    result = load_model(path).result
    is_nothing = "nothing but zeros" in result.unproved  # as x − x is, of which agreeing proves nothing
    assert result.proved or is_nothing, result.unproved
    return result


@pytest.mark.parametrize("design", DESIGNS)
def test_a_template_and_an_example_come_back_from_onnx(tmp_path: Path, design: Design) -> None:
    exported(design, tmp_path / "net.onnx")
    result = read_again(tmp_path / "net.onnx")
    assert result.is_complete
    assert_same(computed(design), result.design)


@pytest.mark.parametrize("design", DESIGNS)
def test_printed_source_comes_back_by_its_name(tmp_path: Path, design: Design) -> None:
    path = tmp_path / "own.py"
    export_design(design, path, "pytorch")
    shapes = tuple(
        (2, *report.outputs[0].shape[1:])
        for node in design.input_nodes()
        if (report := analyse(design).node(node.id)).outputs
    )
    options = ImportOptions(input_shapes=shapes, runs_code=True)
    result = import_model(f"{path}:{class_name(design.name)}", options)
    assert result.proved, result.unproved
    assert_same(computed(design), result.design)


def seeded(count: int) -> settings:
    """So many designs, the same in every run."""
    checks = list(HealthCheck)
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=checks,
        database=None,
        phases=[Phase.generate],
    )


@seeded(200)
@given(random_designs())
def test_200_random_designs_come_back_from_onnx(tmp_path_factory: pytest.TempPathFactory, design: Design) -> None:
    path = tmp_path_factory.mktemp("net") / "net.onnx"
    try:
        exported(design, path)
    except ExportError:  # ONNX Runtime does not take every transposed convolution
        return
    result = read_again(path)
    # A mean that leaves uneven padding out comes back as it went, which the proof holds.
    is_kept = any(each.operator == "AveragePool" for each in result.opaque)
    if not has_any(design, IN_SEVERAL) and not is_kept:
        assert result.is_complete, result.opaque
        ours = computed(design)
        # Transposes that undo each other around what does not mind the order are left out.
        if turns(ours) == turns(computed(loads(result.design))):
            assert_same(ours, result.design)
