"""What a design can leave as: every format declared once, with its endings, its options and what it needs installed.

Dialog pages and command line options follow from here. Knows no Qt and no PyTorch; asking whether a package is there
does not load it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath

from designer.errors import ExportError, near
from designer.export.options import (
    ExecutorchOptions,
    Int8Options,
    LiteInt8Options,
    MobileOptions,
    NcnnOptions,
    OnnxOptions,
    Options,
    ProgramOptions,
    SourceOptions,
    TableOptions,
    WeightOptions,
)
from designer.graph.parameter import Parameter
from designer.layers.opaque import FORMATS

MOST_IN_ONE_FILE = 2**31 - 2**20
"""Bytes of weights that protocol buffers and flat buffers can hold, with a mebibyte for the rest."""


@dataclass(frozen=True)
class Format:
    """One way for a design to leave.

    Attributes:
        key: Word on the command line and in requests; never changes once published.
        title: Name in dialogs.
        help: One sentence: what it is for.
        endings: What its files' names end in, the usual one first.
        options: What can be chosen.
        needs: Importable names it cannot do without.
        extra: The extra of this package that brings them; empty where it has them anyway.
        proof: How a file is proved, in words, for the dialog.
        has_weights: Whether the file holds weights; where it does not, nobody need be asked for them.
        needs_ending: Whether what reads such files goes by their ending.
        is_one_file: Whether it is, or is made by way of, one file that holds the weights in float32.
        keeps: Formats whose opaque operators it can leave with, because it writes them back or writes no operators.
    """

    key: str
    title: str
    help: str
    endings: tuple[str, ...]
    options: type[Options]
    proof: str
    needs: tuple[str, ...] = ()
    extra: str = ""
    has_weights: bool = True
    is_one_file: bool = False
    needs_ending: bool = False
    keeps: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The options, in the order of a dialog's page."""
        return self.options.parameters

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed."""
        return tuple(name for name in self.needs if find_spec(name) is None)

    @property
    def is_available(self) -> bool:
        """Whether everything it needs is installed."""
        return not self.missing

    @property
    def unavailable_reason(self) -> str:
        """Why it cannot be had here, and what would fix it; empty where it can."""
        if self.is_available:
            return ""
        names = " and ".join(self.missing)
        fix = f"pip install 'bottleneck-designer[{self.extra}]' brings it" if self.extra else f"pip install {names}"
        are = "is" if len(self.missing) == 1 else "are"
        return f"{names} {are} not installed; {fix}"


_MOBILE = "mobile"
_RUN = "run beside the PyTorch module on random inputs, and timed in turns with ONNX Runtime"

_FORMATS = (
    Format(
        "onnx",
        "ONNX",
        "The file that most runtimes and converters read; nodes have the canvas' names.",
        (".onnx",),
        OnnxOptions,
        "checked by ONNX's checker, shapes inferred, run in ONNX Runtime beside the PyTorch module at several batches",
        keeps=("onnx",),
    ),
    Format(
        "onnx_int8",
        "ONNX in eight bits",
        "Static quantisation with calibration: a quarter of the size, and quick where the processor has it.",
        (".int8.onnx",),
        Int8Options,
        "checked by ONNX's checker, run beside the PyTorch module for its signal to noise, timed in turns with float32",
        is_one_file=True,
    ),
    Format(
        "pytorch",
        "PyTorch source",
        "One readable Python file; its weights have the canvas' names.",
        (".py",),
        SourceOptions,
        "run, and held against the compiled module bit for bit with the same weights",
        has_weights=False,
    ),
    Format(
        "keras",
        "Keras 3 source",
        "One readable Python file for Keras 3 on any of its backends, channels last.",
        (".keras.py",),
        SourceOptions,
        "run on Keras' PyTorch backend with the same weights where Keras is installed",
        has_weights=False,
    ),
    Format(
        "safetensors",
        "Weights (safetensors)",
        "Every weight under the canvas' name, in a file that holds no code.",
        (".safetensors",),
        WeightOptions,
        "read back, and every number compared",
        ("safetensors",),
        needs_ending=True,
        keeps=tuple(FORMATS),
    ),
    Format(
        "program",
        "PyTorch program",
        "A torch.export program: graph and weights for PyTorch without this package.",
        (".pt2",),
        ProgramOptions,
        "loaded again and run beside the PyTorch module",
        needs_ending=True,
    ),
    Format(
        "markdown",
        "Table of layers (Markdown)",
        "Input, operator, t, c, n, s, as the MobileNet papers print a network.",
        (".md",),
        TableOptions,
        "written from the analysed shapes",
        has_weights=False,
        keeps=tuple(FORMATS),
    ),
    Format(
        "latex",
        "Table of layers (LaTeX)",
        "Input, operator, t, c, n, s, as the MobileNet papers print a network.",
        (".tex",),
        TableOptions,
        "written from the analysed shapes",
        has_weights=False,
        keeps=tuple(FORMATS),
    ),
    Format(
        "openvino",
        "OpenVINO IR",
        "For Intel's processors, graphics and NPUs: an .xml with a .bin beside it.",
        (".xml",),
        MobileOptions,
        _RUN,
        ("openvino",),
        _MOBILE,
        needs_ending=True,
    ),
    Format(
        "ncnn",
        "ncnn",
        "For phones by Tencent's runtime: a .param with a .ncnn.bin beside it.",
        (".param",),
        NcnnOptions,
        _RUN,
        ("ncnn", "pnnx"),
        _MOBILE,
    ),
    Format(
        "litert",
        "LiteRT (TFLite)",
        "For Android by Google's runtime: one .tflite, channels last.",
        (".tflite",),
        MobileOptions,
        _RUN,
        ("ai_edge_litert",),
        _MOBILE,
        is_one_file=True,
    ),
    Format(
        "litert_int8",
        "LiteRT in eight bits",
        "For microcontrollers, NPUs and phones: one .tflite in eight bits from input to output, channels last.",
        (".int8.tflite",),
        LiteInt8Options,
        "run in LiteRT by XNNPACK and by its reference kernels, in TensorFlow Lite for Microcontrollers where that is "
        "installed, beside the PyTorch module for its signal to noise; timed in turns with float32",
        ("ai_edge_litert", "ai_edge_quantizer"),
        _MOBILE,
        is_one_file=True,
    ),
    Format(
        "executorch",
        "ExecuTorch",
        "For phones by PyTorch's own runtime, lowered to XNNPACK: one .pte.",
        (".pte",),
        ExecutorchOptions,
        _RUN,
        ("executorch",),
        "executorch",
    ),
)


def formats() -> tuple[Format, ...]:
    """Every format, in the order of a dialog, those not installed among them."""
    return _FORMATS


def format_of(key: str) -> Format:
    """The format of a key.

    Raises:
        ExportError: There is none; the text guesses what was meant.
    """
    for each in _FORMATS:
        if each.key == key:
            return each
    keys = [each.key for each in _FORMATS]
    raise ExportError(f"there is no format '{key}'{near(key, keys)}; there are: {', '.join(keys)}")


def format_for(path: str) -> Format:
    """The format that a file's name asks for: the one with the longest ending that suits.

    Raises:
        ExportError: No format has such an ending.
    """
    name = PurePath(path).name.lower()
    suiting = [(len(ending), each) for each in _FORMATS for ending in each.endings if name.endswith(ending)]
    if not suiting:
        raise ExportError(f"{path}: no format has this ending; a name may end in {', '.join(all_endings())}")
    return max(suiting, key=lambda entry: entry[0])[1]


def all_endings(among: Iterable[Format] = _FORMATS) -> tuple[str, ...]:
    """Every ending, each once."""
    return tuple(dict.fromkeys(ending for each in among for ending in each.endings))
