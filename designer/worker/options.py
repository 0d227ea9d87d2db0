"""What a job is, and its options: plain data, taken by name and kind, refused in words. Knows neither Qt nor torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from designer.errors import JobFailed, near
from designer.graph.design import Design


class Tell(Protocol):
    """Says how far a job is."""

    def __call__(self, share: float, text: str, so_far: Mapping[str, Any] | None = None, /) -> None:
        """Tell a share from 0 to 1, what is being done, and what was found so far, where there is news of it."""


Asked = Callable[[], bool]
Job = Callable[[Design, Mapping[str, Any], Tell, Asked], dict[str, Any]]
PlainJob = Callable[[Mapping[str, Any], Tell, Asked], dict[str, Any]]
"""A job that is about no design."""


def option(options: Mapping[str, Any], name: str, kind: type[Any], default: Any) -> Any:
    """The value of an option, or its default.

    Raises:
        JobFailed: It is of another kind.
    """
    value = options.get(name, default)
    is_number = kind is float and isinstance(value, int)
    if value is default or (not isinstance(value, bool) and is_number) or type(value) is kind:
        return value
    raise JobFailed(f"option '{name}' takes {kind.__name__}, and {value!r} was given")


def refuse_unknown(options: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Raise JobFailed where an option is none of those that a job knows."""
    for name in options:
        if name not in known:
            raise JobFailed(f"there is no option '{name}'{near(name, known)}; there are: {', '.join(known)}")
