"""A target: what a device has and what its runtime can do, as data with its sources. What is not known is said so.

A profile is a JSON file. Those that come with the program lie in ``profiles``; a person's own lie in the folder
``targets`` of the user's data, or anywhere, named by their path. ``PROFILE_HELP`` documents the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from designer.record import Record
from designer.targets.element_type import ElementType


class Kind(Enum):
    """What sort of device it is; the value is the word in files."""

    MICROCONTROLLER = "microcontroller"
    NPU = "npu"
    PHONE_CPU = "phone cpu"
    PHONE_NPU = "phone npu"
    EDGE_GPU = "edge gpu"
    DESKTOP = "desktop"

    @property
    def title(self) -> str:
        """The words on screen."""
        return {
            Kind.NPU: "NPU",
            Kind.PHONE_CPU: "phone's CPU",
            Kind.PHONE_NPU: "phone's NPU",
            Kind.EDGE_GPU: "GPU",
        }.get(self, self.value)


class Planner(Enum):
    """Who places tensors in memory, as far as it is known how."""

    TFLITE_MICRO = "tflite-micro"
    """TensorFlow Lite for Microcontrollers: reproduced exactly."""
    LITERT = "litert"
    """LiteRT on a processor with an operating system: bounded from both sides."""
    UNKNOWN = "unknown"
    """A maker's own compiler, whose plan nothing here foretells."""


class Answer(Enum):
    """How an operator runs on a target."""

    NATIVE = "native"
    SLOW = "slow"
    FALLS_BACK = "falls back"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Source(Record):
    """Where a fact was read.

    Attributes:
        what: Which of the profile's facts it holds for.
        title: The document, with its version.
        url: Its address; empty for what came as a file.
    """

    what: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class OperatorNote(Record):
    """Some operators that do not run as others do.

    Attributes:
        names: LiteRT's operators, or operations in our words.
        why: What is known of them, as the end of a sentence.
    """

    names: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Operators(Record):
    """Which operators run natively, slowly, or not on the accelerator.

    Attributes:
        version: The version they were read from.
        native: Those that run natively.
        slow: Those that run natively, and slowly.
        falls_back: Those that run elsewhere, or not at all.
        others: What holds for all that are not named.
    """

    version: str
    native: tuple[str, ...] = ()
    slow: tuple[OperatorNote, ...] = ()
    falls_back: tuple[OperatorNote, ...] = ()
    others: Answer = Answer.UNKNOWN

    def answer(self, title: str, code: str) -> tuple[Answer, str]:
        """How an operator runs, and what is known of it: what is said of the operation goes before the operator's.

        Args:
            title: The operation, in our words.
            code: LiteRT's operator.
        """
        for name in (title, code):
            for note in self.falls_back:
                if name in note.names:
                    return Answer.FALLS_BACK, note.why
            for note in self.slow:
                if name in note.names:
                    return Answer.SLOW, note.why
            if name in self.native:
                return Answer.NATIVE, ""
        return self.others, f"{self.version} does not name it" if self.others is Answer.FALLS_BACK else ""


@dataclass(frozen=True)
class Profile:
    """A target.

    Attributes:
        key: Its word on the command line: the name of its file.
        name: What people call it.
        kind: What sort of device it is.
        element_type: What it computes in.
        planner: Who places tensors in memory.
        operators: What it can run.
        ram_bytes: Memory for tensors, weights not among them; None where unknown.
        flash_bytes: Memory for weights; None where unknown, or where it is no limit.
        channel_multiple: What numbers of channels are rounded up to by the hardware; None where unknown.
        macs_per_s: Peak multiply-accumulates a second, as published; None where unknown.
        bytes_per_s: Peak bandwidth to the memory of the weights, as published; None where unknown.
        about: What else there is to know, in sentences.
        unknown: What is not known, in words.
        sources: Where the facts were read.
    """

    key: str
    name: str
    kind: Kind
    element_type: ElementType
    planner: Planner
    operators: Operators
    ram_bytes: int | None = None
    flash_bytes: int | None = None
    channel_multiple: int | None = None
    macs_per_s: float | None = None
    bytes_per_s: float | None = None
    about: str = ""
    unknown: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    def answers(self) -> Mapping[Answer, tuple[str, ...]]:
        """The names that each answer is given for."""
        operators = self.operators
        return {
            Answer.NATIVE: operators.native,
            Answer.SLOW: tuple(name for note in operators.slow for name in note.names),
            Answer.FALLS_BACK: tuple(name for note in operators.falls_back for name in note.names),
        }
