"""What can be chosen of each export, declared once: dialog pages, command line options and checks follow from it.

Knows no Qt and no PyTorch, and not how anything is written.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Protocol

from designer import machine
from designer.graph.option_set import OptionSet, option_set
from designer.graph.parameter import choice, flag, integer, location
from designer.measurement.pictures import Normalisation


class Options(OptionSet):
    """The base of every export's options; by itself one with nothing to choose."""

    @property
    def fixed_batch(self) -> int | None:
        """The one number of pictures that the file takes; None where that is open or does not matter."""
        batch: int | None = getattr(self, "batch", None)
        return None if getattr(self, "dynamic_batch", False) else batch


class Precision(Enum):
    """Element type of weights and of what is computed."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"

    @property
    def title(self) -> str:
        """The word on screen."""
        return "float32, 4 bytes" if self is Precision.FLOAT32 else "float16, 2 bytes"


class ActivationType(Enum):
    """The eight bits of activations."""

    UINT8 = "uint8"
    INT8 = "int8"

    @property
    def title(self) -> str:
        """The words on screen."""
        return "uint8 (x86, servers)" if self is ActivationType.UINT8 else "int8 (many phones' NPUs)"


def _dynamic_batch() -> Any:
    return flag(
        title="Any batch size",
        default=True,
        help="Leave the batch open, so that one file takes any number of pictures at once.",
    )


def _batch() -> Any:
    return integer(
        title="Batch size",
        default=1,
        low=1,
        high=2**20,
        help="The number of pictures the file takes.",
        shown_when=("dynamic_batch", False),
    )


def _threads() -> Any:
    return integer(title="CPU threads", default=1, low=1, high=1024, help="CPU threads while latencies are compared.")


def _calibration() -> Any:
    return location(
        title="Pictures to calibrate",
        default="",
        is_folder=True,
        help="Folder of pictures or .npy arrays like those the network will see; without one, random: a trial only.",
    )


def _samples() -> Any:
    return integer(
        title="Samples at most",
        default=64,
        low=1,
        high=4096,
        help="How many samples of the folder to use, evenly spread over it.",
    )


def _normalisation() -> Any:
    return choice(
        title="Pixels become",
        default=Normalisation.IMAGENET,
        help="How pixels become inputs; .npy arrays are taken as they are.",
    )


class Calibrated(Protocol):
    """What every format in eight bits is told of the inputs to calibrate with."""

    @property
    def calibration(self) -> str:
        """The folder; empty for random inputs."""

    @property
    def samples(self) -> int:
        """How many of the folder at most."""

    @property
    def normalisation(self) -> Normalisation:
        """How pixels become inputs."""


@option_set
class OnnxOptions(Options):
    """Of a float ONNX file."""

    opset: int = integer(
        title="Operator set",
        default=17,
        low=11,
        high=21,
        help="ONNX operator set; 13 is what old devices read, 17 what most do.",
    )
    dynamic_batch: bool = _dynamic_batch()
    batch: int = _batch()
    dynamic_size: bool = flag(
        title="Any height and width",
        default=False,
        help="Leave height and width open; only for designs where no step depends on them.",
    )
    fold_batch_norm: bool = flag(
        title="Fold batch norms",
        default=False,
        help="Compute each batch norm into the convolution before it; off, the file shows every node.",
    )
    precision: Precision = choice(
        title="Number type",
        default=Precision.FLOAT32,
        help="Element type of the weights; inputs and outputs stay float32.",
    )
    external_over_mb: int = integer(
        title="Most in one file",
        default=1900,
        low=0,
        high=2047,
        unit="MB",
        help="Weights larger than this lie in a second file beside the first; one ONNX file holds no more than 2 GB.",
    )


@option_set
class Int8Options(Options):
    """Of an ONNX file in eight bits."""

    calibration: str = _calibration()
    samples: int = _samples()
    normalisation: Normalisation = _normalisation()
    per_channel: bool = flag(
        title="A scale per channel",
        default=True,
        help="A scale for each output channel; depthwise layers lose much precision without.",
    )
    activations: ActivationType = choice(
        title="Activations as",
        default=ActivationType.UINT8,
        help="Eight bits of the activations, with a sign or without.",
    )
    reduce_range: bool = flag(
        title="Weights in seven bits",
        default=False,
        help="Keep sums within what processors without VNNI can hold; their eight-bit products saturate else.",
    )
    sensitivity: bool = flag(
        title="Sensitivity by layer",
        default=False,
        help="Say for each layer how far the output moves when it alone is in eight bits; takes longer.",
    )
    dynamic_batch: bool = _dynamic_batch()
    batch: int = _batch()
    opset: int = integer(
        title="Operator set", default=17, low=13, high=21, help="ONNX operator set; scales by channel need 13."
    )
    threads: int = _threads()


@option_set
class ProgramOptions(Options):
    """Of a torch.export program."""

    dynamic_batch: bool = _dynamic_batch()
    batch: int = _batch()


@option_set
class SourceOptions(Options):
    """Of printed source."""


@option_set
class TableOptions(Options):
    """Of a table of layers."""

    costs: bool = flag(title="Parameters and MACs", default=False, help="Add columns of parameters and MACs.")


@option_set
class WeightOptions(Options):
    """Of weights alone."""


class ForPhones(Protocol):
    """What every runtime of phones is told, whether it can be chosen there or not."""

    @property
    def precision(self) -> Precision:
        """Element type of the weights in the file."""

    @property
    def batch(self) -> int:
        """Pictures at once."""

    @property
    def threads(self) -> int:
        """CPU threads while latencies are compared."""


def _precision() -> Any:
    return choice(title="Number type", default=Precision.FLOAT32, help="Element type of the weights in the file.")


def _fixed_batch() -> Any:
    return integer(title="Batch size", default=1, low=1, high=2**20, help="The number of pictures the file takes.")


@option_set
class MobileOptions(Options):
    """Of a file for a phone's runtime, converted, run, and timed against ONNX Runtime."""

    precision: Precision = _precision()
    batch: int = _fixed_batch()
    threads: int = _threads()


@option_set
class LiteInt8Options(Options):
    """Of a LiteRT file in eight bits: weights with a scale a channel, activations from end to end."""

    calibration: str = _calibration()
    samples: int = _samples()
    normalisation: Normalisation = _normalisation()
    batch: int = _fixed_batch()
    threads: int = _threads()


@option_set
class NcnnOptions(Options):
    """The same of ncnn, which takes one picture at a time."""

    precision: Precision = _precision()
    threads: int = _threads()

    @property
    def batch(self) -> int:
        """One."""
        return 1


@option_set
class ExecutorchOptions(Options):
    """The same of ExecuTorch, which is written in float32 and takes every core, whatever is asked."""

    batch: int = _fixed_batch()

    @property
    def precision(self) -> Precision:
        """Float32."""
        return Precision.FLOAT32

    @property
    def threads(self) -> int:
        """All that this process may use; so must what it is timed against."""
        return machine.processors()
