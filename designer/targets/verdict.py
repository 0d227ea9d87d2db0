"""Whether a design fits a target, by how much, and what there pays or costs: worked out within a frame of an edit.

Three answers: it fits, it does not, or it is unknown, with the reason. Memory is told as a range where only a range is
known; a verdict is given where the whole range is on one side of the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from weakref import WeakKeyDictionary

from designer import wording
from designer.analysis.analysis import Analysis
from designer.graph.design import NodePath
from designer.targets.deployed import Deployed, NotDeployable, deployed_of
from designer.targets.profile import Answer, Planner, Profile

# What TensorFlow Lite for Microcontrollers keeps beside the tensors, its *tail*: two whole numbers of four bytes a
# channel of each convolution, and structures for each operator. Measured on a PC, whose pointers have 64 bits, it is
# 207 bytes an operator in floats and 440 in eight bits; on a controller of 32 bits structures take half or less.
_TAIL_A_CHANNEL, _TAIL_AN_OPERATOR_LOW, _TAIL_AN_OPERATOR_HIGH, _TAIL_AT_ALL = 8, 100, 470, 1024

_LITERT_ROOM = 2
"""Times tensors and weights that LiteRT takes at most: XNNPACK packs a copy of the weights, and has room of its own."""


class Fits(Enum):
    """Whether something fits."""

    YES = "fits"
    NO = "does not fit"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Room:
    """What is needed of a memory, beside what is there.

    Attributes:
        low: Bytes that are needed at least; None where unknown.
        high: Bytes that are needed at most; None where unknown.
        limit: Bytes that are there; None where unknown.
        reason: Why something is unknown; else empty.
    """

    low: int | None
    high: int | None
    limit: int | None
    reason: str = ""

    @property
    def fits(self) -> Fits:
        """Whether it fits; unknown too where the limit lies inside the range."""
        if self.limit is None or self.low is None or self.high is None:
            return Fits.UNKNOWN
        if self.low > self.limit:
            return Fits.NO
        return Fits.YES if self.high <= self.limit else Fits.UNKNOWN

    @property
    def margin(self) -> int | None:
        """Bytes to spare at least; negative: bytes that are lacking at least; None where unknown."""
        if self.limit is None or self.low is None or self.high is None:
            return None
        return self.limit - (self.low if self.low > self.limit else self.high)

    @property
    def words(self) -> str:
        """``75.1 KiB of 256 KiB, 160 KiB to spare``, or why it is unknown."""
        if self.low is None or self.high is None:
            return self.reason
        needed = wording.kibibytes(self.low)
        if self.high != self.low:
            needed = f"{needed} to {wording.kibibytes(self.high)}"
        if self.limit is None:
            return f"{needed}; {self.reason}"
        of = f"{needed} of {wording.kibibytes(self.limit)}"
        margin = self.margin or 0
        match self.fits:
            case Fits.YES:
                return f"{of}, {wording.kibibytes(margin)} to spare"
            case Fits.NO:
                return f"{of}, {wording.kibibytes(-margin)} too much"
        return f"{of}: what the runtime keeps beside the tensors decides"


@dataclass(frozen=True)
class OperatorUse:
    """How one node's operators run on a target, where not natively.

    Attributes:
        path: The node.
        title: The operation, in our words.
        code: LiteRT's operator.
        answer: How it runs.
        why: What is known of it; may be empty.
    """

    path: NodePath
    title: str
    code: str
    answer: Answer
    why: str


@dataclass(frozen=True)
class Verdict:
    """What is known of a design on a target.

    Attributes:
        profile: The target.
        deployed: The design as a runtime runs it; None where nothing is known of an operation.
        ram: Memory for tensors.
        flash: Memory for weights.
        uses: Operators that do not run natively, in order of execution.
        reason: Why there is no such file; else empty.
    """

    profile: Profile
    deployed: Deployed | None
    ram: Room
    flash: Room
    uses: tuple[OperatorUse, ...]
    reason: str = ""

    @cached_property
    def fits(self) -> Fits:
        """Whether it fits: not where any of it does not, and only where all that is limited is known to."""
        if self._breaks:
            return Fits.NO
        limited = [room for room in (self.ram, self.flash) if room.limit is not None]
        if self.reason or not limited or any(room.fits is not Fits.YES for room in limited):
            return Fits.UNKNOWN
        return Fits.YES

    @property
    def _breaks(self) -> bool:
        is_lost = self.profile.planner is Planner.TFLITE_MICRO and any(
            use.answer is Answer.FALLS_BACK for use in self.uses
        )
        return is_lost or any(room.fits is Fits.NO for room in (self.ram, self.flash))

    @property
    def peak_path(self) -> NodePath:
        """The node that runs where most lives in memory; empty where that is unknown."""
        return self.deployed.placement.peak_path if self.deployed is not None and not self.reason else ()

    @property
    def short(self) -> str:
        """``fits, 160 KiB to spare``: what stands on a tile."""
        if self.fits is Fits.NO and not any(room.fits is Fits.NO for room in (self.ram, self.flash)):
            return f"{self.fits.value}: {self.uses[0].title} is not there"
        margins = [room.margin for room in (self.ram, self.flash) if room.margin is not None]
        if self.fits is Fits.YES:
            return f"fits, {wording.kibibytes(min(margins))} to spare"
        if self.fits is Fits.NO:
            return f"does not fit, {wording.kibibytes(-min(margins))} too much"
        return "unknown"

    @property
    def note(self) -> str:
        """The memory and the layer at its peak, in words."""
        if self.reason:
            return self.reason
        peak = f"; the peak is at {'.'.join(self.peak_path)}" if self.peak_path else ""
        return f"memory {self.ram.words}{peak}"

    def lines(self) -> tuple[str, ...]:
        """All of it, a line each."""
        found = [f"{self.profile.name}: {self.short}"]
        if self.reason:
            found.append(f"  {self.reason}")
        found.append(f"  memory for tensors: {self.ram.words}")
        if self.peak_path:
            found.append(f"  the peak is at {'.'.join(self.peak_path)}")
        found.append(f"  memory for weights: {self.flash.words}")
        return tuple(found)


_found: WeakKeyDictionary[Analysis, dict[Profile, Verdict]] = WeakKeyDictionary()


def verdict_of(analysis: Analysis, profile: Profile) -> Verdict:
    """What is known of a valid design on a target; worked out once for both.

    Raises:
        InvalidDesign: The design has problems.
    """
    known = _found.setdefault(analysis, {})
    if profile not in known:
        known[profile] = _verdict(analysis, profile)
    return known[profile]


def _verdict(analysis: Analysis, profile: Profile) -> Verdict:
    try:
        deployed = deployed_of(analysis, profile.element_type)
    except NotDeployable as error:
        nothing = Room(None, None, None, str(error))
        return Verdict(profile, None, nothing, nothing, (), str(error))
    return Verdict(
        profile,
        deployed,
        _ram(deployed, profile),
        _flash(deployed, profile),
        _uses(deployed, profile),
        deployed.refusal,
    )


def _ram(deployed: Deployed, profile: Profile) -> Room:
    limit = profile.ram_bytes
    reason = "" if limit is not None else "how much the target has is unknown"
    if deployed.refusal:
        return Room(None, None, limit, deployed.refusal)
    placement = deployed.placement
    if profile.planner is Planner.TFLITE_MICRO:
        low, high = tail_range(deployed)
        return Room(placement.bytes + low, placement.bytes + high, limit, reason)
    if profile.planner is Planner.LITERT:
        high = _LITERT_ROOM * (placement.bytes + deployed.weight_bytes)
        return Room(placement.live_bytes, high, limit, reason)
    return Room(None, None, limit, "how its compiler places tensors is unknown here")


def tail_range(deployed: Deployed) -> tuple[int, int]:
    """Bytes that TensorFlow Lite for Microcontrollers keeps beside the tensors, at least and at most."""
    tables = _TAIL_A_CHANNEL * sum(use.made for use in deployed.channels)
    kernels = len(deployed.kernels)
    return tables + _TAIL_AN_OPERATOR_LOW * kernels, tables + _TAIL_AN_OPERATOR_HIGH * kernels + _TAIL_AT_ALL


def _flash(deployed: Deployed, profile: Profile) -> Room:
    limit = profile.flash_bytes
    reason = "" if limit is not None else "how much the target has is unknown, or no limit"
    return Room(deployed.weight_bytes, deployed.weight_bytes, limit, reason)


def _uses(deployed: Deployed, profile: Profile) -> tuple[OperatorUse, ...]:
    """Of each node the first operator that does not run natively, of one operation once."""
    found: dict[tuple[NodePath, str], OperatorUse] = {}
    for kernel in deployed.kernels:
        answer, why = profile.operators.answer(kernel.title, kernel.code)
        if answer is not Answer.NATIVE:
            use = OperatorUse(kernel.path, kernel.title, kernel.code, answer, why)
            found.setdefault((kernel.path, kernel.title), use)
    return tuple(found.values())
