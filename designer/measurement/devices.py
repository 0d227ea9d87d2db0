"""What can be measured on: devices with their element types and backends, and why one is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from designer.record import Record


@dataclass(frozen=True)
class Offer(Record):
    """Something to choose that may not be there.

    Attributes:
        key: Its word in options and results.
        reason: Why it cannot be had here, and what would help; empty where it can.
    """

    keys: ClassVar[tuple[str, ...]] = ("key", "available", "reason")

    key: str
    reason: str

    @property
    def available(self) -> bool:
        """Whether it can be had."""
        return not self.reason

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.key

    @property
    def tip(self) -> str:
        """More of it: why it is not there, or what it does."""
        return self.reason


@dataclass(frozen=True)
class BackendOffer(Offer):
    """A backend.

    Attributes:
        title: Its name for people.
        help: What it does, in a sentence.
        dtypes: The element types it computes in.
        memory_formats: The memory formats it takes; empty where it orders channels as it likes.
    """

    keys = ("key", "title", "help", "dtypes", "memory_formats", "available", "reason")

    title: str
    help: str
    dtypes: tuple[str, ...]
    memory_formats: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.title

    @property
    def tip(self) -> str:
        return self.reason or self.help


@dataclass(frozen=True)
class Device(Record):
    """Something to measure on.

    Attributes:
        name: In PyTorch's words.
        processor: The name its maker gave it.
        threads: CPU threads that this process may use.
        dtypes: Element types.
        memory_formats: How channels can lie in memory.
        backends: Those for this kind of device.
    """

    name: str
    processor: str
    threads: int
    dtypes: tuple[Offer, ...]
    memory_formats: tuple[str, ...]
    backends: tuple[BackendOffer, ...]


@dataclass(frozen=True)
class Inventory(Record):
    """All that this machine can measure on.

    Attributes:
        devices: Each with what it has, ``cpu`` first.
        versions: Of what measures, by package; what is not installed is not among them.
        power: Battery or mains, and the clock's governor, where the system says; else empty.
    """

    devices: tuple[Device, ...]
    versions: Mapping[str, str]
    power: str
