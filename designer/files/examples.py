"""The designs to learn from that come with the program: where they lie, and what they are called."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

ENDING = ".design.json"
_IN_PLACES = (
    Path(__file__).parents[2] / "resources" / "examples",
    Path(sysconfig.get_path("data")) / "share" / "bottleneck-designer" / "examples",
)
"""In a checkout, and where an installed wheel puts them."""


def examples() -> tuple[Path, ...]:
    """The files in the order a newcomer reads them; none where they were left out of an installation."""
    folder = next((place for place in _IN_PLACES if place.is_dir()), None)
    return tuple(sorted(folder.glob(f"*{ENDING}"))) if folder is not None else ()


def example_title(path: Path) -> str:
    """What an example is called in a menu.

    >>> example_title(Path("4-squeeze-and-excite.design.json"))
    'Squeeze and excite'
    """
    words = re.sub(r"^\d+-", "", path.name.removesuffix(ENDING)).replace("-", " ")
    known = {"v1 against v2": "V1 against V2", "u net": "U-Net"}
    return known.get(words, words.capitalize())
