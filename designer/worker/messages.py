"""What the window and the worker say to each other: one JSON object a line. Knows neither Qt nor torch.

Every request ends in exactly one Result, Failure or Cancelled; Progress may come before it. Ready comes once, unasked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, get_args

from designer.errors import DesignerError, RecordError
from designer.record import Record, typed
from designer.worker.orders import Order, Report, SoFar, order_of


@dataclass(frozen=True)
class Request(Record):
    """A job.

    Attributes:
        id: Unique among the window's requests.
        order: What to do.
    """

    id: int
    order: Order

    def to_data(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.order.kind, "order": self.order.to_data()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        return cls(typed(int, data["id"], "id"), order_of(str(data["kind"])).from_data(data["order"]))


@dataclass(frozen=True)
class Cancel(Record):
    """End the request; it is answered by Cancelled, or by its end if that came first."""

    id: int


@dataclass(frozen=True)
class Ready(Record):
    """The worker has loaded what it needs; ``devices`` are what it can measure on, ``versions`` of what it uses."""

    devices: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Progress(Record):
    """A request is under way: a share from 0 to 1, what is being done, and what it has found so far, where it says."""

    id: int
    share: float
    text: str
    so_far: SoFar | None = None

    def to_data(self) -> dict[str, Any]:
        told = super().to_data()
        return told if self.so_far is None else {**told, "kind": type(self.so_far).__name__}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        told = super().from_data({**data, "so_far": None})
        return told if data["so_far"] is None else replace(told, so_far=_SO_FAR[data["kind"]].from_data(data["so_far"]))


@dataclass(frozen=True)
class Result(Record):
    """A request is done."""

    id: int
    report: Report

    def to_data(self) -> dict[str, Any]:
        return {**super().to_data(), "kind": type(self.report).__name__}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        return cls(typed(int, data["id"], "id"), _REPORTS[data["kind"]].from_data(data["report"]))


@dataclass(frozen=True)
class Failure(Record):
    """A request failed: what happened, what would help, and the traceback for a report."""

    id: int
    what: str
    hint: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Cancelled(Record):
    """A request was ended because it was asked to."""

    id: int


Message = Request | Cancel | Ready | Progress | Result | Failure | Cancelled

_MESSAGES: Mapping[str, type[Message]] = {kind.__name__: kind for kind in get_args(Message)}
_REPORTS: Mapping[str, type[Report]] = {kind.__name__: kind for kind in get_args(Report)}
_SO_FAR: Mapping[str, type[SoFar]] = {kind.__name__: kind for kind in get_args(SoFar)}


class MalformedMessage(DesignerError):
    """A line is no message."""


def encode(message: Message) -> str:
    """One line of JSON, without its end."""
    return json.dumps({"message": type(message).__name__, **message.to_data()})


def decode(line: str) -> Message:
    """The message of a line.

    Raises:
        MalformedMessage: The line is none.
        JobFailed: It is a request for a job that there is not.
        ParameterError: It is a request with an option that there is not, or one that is out of range.
    """
    try:
        data = json.loads(line)
        return _MESSAGES[data["message"]].from_data(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecordError) as error:
        raise MalformedMessage(f"this line is no message: {line[:200]!r} ({error})") from error
