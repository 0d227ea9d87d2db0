"""Profiles as files: those that come with the program, and a person's own. Nothing in one can run."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from designer.errors import DesignFileError, near
from designer.files.json_text import Spot, parse
from designer.files.storage import data_folder
from designer.graph.operations import operations
from designer.targets.element_type import ElementType
from designer.targets.lite_operators import BROADCAST, CODES
from designer.targets.profile import Answer, Kind, OperatorNote, Operators, Planner, Profile, Source

FORMAT, VERSION, SUFFIX = "bottleneck-designer-target", 1, ".target.json"
_HERE = Path(__file__).parent
_LARGEST = 2**20
"""Bytes that a profile has at most."""

PROFILE_HELP = """A target is a JSON object:

format            "bottleneck-designer-target"
version           1
name              what people call it
kind              microcontroller, npu, phone cpu, phone npu, edge gpu or desktop
element_type      int8, float16 or float32
planner           tflite-micro, litert or unknown: who places tensors in memory
operators         the name of a list that comes with the program (tflite_micro, vela, edge_tpu, xnnpack),
                  or an object of your own: version, native (a list of names), slow and falls_back (lists of objects
                  with names and why), others (native, slow, falls back or unknown: what holds for the rest). A name is
                  LiteRT's (CONV_2D) or an operation's of this program (hard-swish)
ram_bytes         bytes for tensors; leave it out where it is unknown
flash_bytes       bytes for weights, likewise
channel_multiple  what the hardware rounds channels up to, likewise
macs_per_s, bytes_per_s   published peaks, likewise
about             sentences
unknown           a list of what is not known
sources           a list of objects with what, title and url

Files that end in .target.json in the folder 'targets' of your data are targets by the rest of their name.
"""


def user_folder() -> Path:
    """Where a person's own targets lie; it need not exist."""
    return data_folder() / "targets"


def targets() -> tuple[Profile, ...]:
    """Every target that can be read: those that come with the program, then the user's own, each by its key.

    A file of the user's that is no sound profile is passed over here; ``target`` says what is wrong with it.
    """
    found = {profile.key: profile for profile in shipped()}
    for path in sorted(user_folder().glob(f"*{SUFFIX}")):
        try:
            profile = load_target(path)
        except DesignFileError:
            continue
        found[profile.key] = profile
    return tuple(found.values())


@lru_cache(maxsize=1)
def shipped() -> tuple[Profile, ...]:
    """The targets that come with the program, microcontrollers first, then by name."""
    found = [load_target(path) for path in (_HERE / "profiles").glob(f"*{SUFFIX}")]
    kinds = list(Kind)
    return tuple(sorted(found, key=lambda profile: (kinds.index(profile.kind), profile.name.casefold())))


def target(name: str) -> Profile:
    """The target of a key, or of a file's path.

    Raises:
        DesignFileError: There is none, or its file is no sound profile; the text says where and why.
    """
    if name.endswith(".json"):
        return load_target(Path(name))
    own = user_folder() / f"{name}{SUFFIX}"
    if own.is_file():
        return load_target(own)
    known = {profile.key: profile for profile in targets()}
    if name not in known:
        raise DesignFileError(
            name,
            "",
            f"there is no such target{near(name, known)}; the command 'targets' lists them, and a path to a "
            f"{SUFFIX} file is one as well",
        )
    return known[name]


def load_target(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        DesignFileError: It cannot be read, or is no sound profile; the text says where, why, and what would fix it.
    """
    name = os.fspath(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise DesignFileError(name, "", "it is larger than a mebibyte, and a target has some hundred lines")
        text = path.read_text("utf-8")
    except OSError as error:
        raise DesignFileError(name, "", f"it cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise DesignFileError(name, "", "it is no text in UTF-8, as every target is") from error
    data = parse(text, name)
    key = path.name.removesuffix(SUFFIX).removesuffix(".json")
    return _Reading(data, Spot(text, name)).profile(key)


_Enum = TypeVar("_Enum", bound=Enum)


class _Reading:
    """One object of a file, read without trust."""

    def __init__(self, data: Any, spot: Spot) -> None:
        if not isinstance(data, Mapping):
            spot.refuse("it takes an object in braces, with the fields that 'targets --format' lists")
        self._data, self._spot = data, spot

    def profile(self, key: str) -> Profile:
        if self._data.get("format") != FORMAT:
            self._refuse("format", f'a target states "format": "{FORMAT}"')
        if self._data.get("version") != VERSION:
            self._refuse("version", f"this program reads version {VERSION}; a newer program may read it")
        self._only(
            "format", "version", "name", "kind", "element_type", "planner", "operators", "ram_bytes", "flash_bytes",
            "channel_multiple", "macs_per_s", "bytes_per_s", "about", "unknown", "sources",
        )  # fmt: skip
        return Profile(
            key,
            self._text("name"),
            self._one_of("kind", Kind),
            self._one_of("element_type", ElementType),
            self._one_of("planner", Planner),
            self._operators(),
            self._size("ram_bytes"),
            self._size("flash_bytes"),
            self._size("channel_multiple"),
            self._number("macs_per_s"),
            self._number("bytes_per_s"),
            self._text("about", ""),
            self._texts("unknown"),
            tuple(
                Source(each._text("what"), each._text("title"), each._text("url", "")) for each in self._all("sources")
            ),
        )

    def _operators(self) -> Operators:
        found = self._data.get("operators")
        if isinstance(found, str):
            known = sorted(path.stem for path in (_HERE / "operators").glob("*.json"))
            if found not in known:
                self._refuse(
                    "operators", f"there is no list '{found}'{near(found, known)}; there are {', '.join(known)}"
                )
            path = _HERE / "operators" / f"{found}.json"
            text = path.read_text("utf-8")
            return _Reading(parse(text, str(path)), Spot(text, str(path)))._operator_list()
        return _Reading(found, self._spot.into("operators").called("operators"))._operator_list()

    def _operator_list(self) -> Operators:
        self._only("version", "native", "slow", "falls_back", "others", "source")
        return Operators(
            self._text("version"),
            self._names("native"),
            tuple(each._note() for each in self._all("slow")),
            tuple(each._note() for each in self._all("falls_back")),
            self._one_of("others", Answer, Answer.UNKNOWN),
        )

    def _note(self) -> OperatorNote:
        self._only("names", "why")
        return OperatorNote(self._names("names"), self._text("why"))

    # Fields -----------------------------------------------------------------------------------------------------------

    def _refuse(self, key: str, reason: str) -> NoReturn:
        self._spot.into(key).called(key).refuse(reason)

    def _only(self, *known: str) -> None:
        for key in self._data:
            if key not in known:
                self._refuse(key, f"there is no such field{near(key, known)}; there are {', '.join(known)}")

    def _text(self, key: str, usual: str | None = None) -> str:
        value = self._data.get(key, usual)
        if not isinstance(value, str) or (usual is None and not value.strip()):
            self._refuse(key, "it takes a text" if key in self._data else "it is missing; it takes a text")
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self._data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self._refuse(key, "it takes a list of texts")
        return tuple(value)

    def _names(self, key: str) -> tuple[str, ...]:
        found = self._texts(key)
        known = operator_names()
        for place, name in enumerate(found):
            if name not in known:
                spot = self._spot.into(key, place).called(key)
                spot.refuse(f"there is no operator '{name}'{near(name, known)}; 'targets --operators' lists them")
        return found

    def _one_of(self, key: str, kind: type[_Enum], usual: _Enum | None = None) -> _Enum:
        words = [each.value for each in kind]
        value = self._data.get(key, usual.value if usual is not None else None)
        if value not in words:
            said = f"'{value}' is none of them" if key in self._data else "it is missing"
            self._refuse(key, f"it takes {', '.join(words)}; {said}{near(str(value), words)}")
        return kind(value)

    def _size(self, key: str) -> int | None:
        value = self._data.get(key)
        if value is None:
            return None
        if type(value) is not int or value < 1:
            self._refuse(
                key, f"it takes a whole number from 1 up, and {value!r} stands there; leave out what is unknown"
            )
        return value

    def _number(self, key: str) -> float | None:
        value = self._data.get(key)
        if value is None:
            return None
        if type(value) not in (int, float) or value <= 0:
            self._refuse(key, f"it takes a number above 0, and {value!r} stands there; leave out what is unknown")
        return float(value)

    def _all(self, key: str) -> Sequence[_Reading]:
        value = self._data.get(key, [])
        if not isinstance(value, list):
            self._refuse(key, "it takes a list of objects")
        return [_Reading(each, self._spot.into(key, place).called(key)) for place, each in enumerate(value)]


def operator_names() -> Collection[str]:
    """Every name that a profile may say something of: LiteRT's operators, and operations in our words."""
    return {*CODES, BROADCAST, *(each.title for each in operations())}
