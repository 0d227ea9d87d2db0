"""What the window and the worker say to each other: plain data, one JSON object a line. Knows neither Qt nor torch.

Every request ends in exactly one Result, Failure or Cancelled; Progress may come before it. Ready comes once, unasked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from designer.errors import DesignerError


@dataclass(frozen=True)
class Request:
    """A job.

    Attributes:
        id: Unique among the window's requests.
        kind: A job of the worker, as ``measure`` or ``export``.
        design: The design as the text of its file.
        options: Plain JSON data, by name.
    """

    id: int
    kind: str
    design: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancel:
    """End the request; it is answered by Cancelled, or by its end if that came first."""

    id: int


@dataclass(frozen=True)
class Ready:
    """The worker has loaded what it needs; ``devices`` are what it can measure on, ``versions`` of what it uses."""

    devices: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Progress:
    """A request is under way: a share from 0 to 1, what is being done, and what it has found so far, where it says.

    ``so_far`` has the shape of the Result's data, with less in it.
    """

    id: int
    share: float
    text: str
    so_far: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Result:
    """A request is done."""

    id: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """A request failed: what happened, what would help, and the traceback for a report."""

    id: int
    what: str
    hint: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Cancelled:
    """A request was ended because it was asked to."""

    id: int


Message = Request | Cancel | Ready | Progress | Result | Failure | Cancelled

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Request, Cancel, Ready, Progress, Result, Failure, Cancelled)
}


class MalformedMessage(DesignerError):
    """A line is no message."""


def encode(message: Message) -> str:
    """One line of JSON, without its end."""
    return json.dumps({"message": type(message).__name__, **asdict(message)})


def decode(line: str) -> Message:
    """The message of a line.

    Raises:
        MalformedMessage: The line is none.
    """
    try:
        data = json.loads(line)
        kind = _KINDS[data.pop("message")]
        if kind is Ready:
            data["devices"] = tuple(data["devices"])
        message: Message = kind(**data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedMessage(f"this line is no message: {line[:200]!r} ({error})") from error
    return message
