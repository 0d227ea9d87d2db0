"""Which figures are seen where there is room for few: headlines from the start, others where somebody chose them.

What is remembered is what somebody changed, so that a headline that comes with a later version is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from PySide6.QtWidgets import QMenu

from designer.analysis.figures.figure import Figure


def is_shown(figure: Figure, changed: Collection[str]) -> bool:
    """Whether a figure is seen.

    Args:
        figure: Which.
        changed: Keys of the figures that are seen or not other than from the start.
    """
    return figure.is_headline != (figure.key in changed)


def changed_figures(offered: Iterable[Figure], shown: Collection[Figure]) -> tuple[str, ...]:
    """Keys of the figures that are seen or not other than from the start."""
    return tuple(each.key for each in offered if each.is_headline != (each in shown))


def add_figures(
    menu: QMenu, offered: Mapping[str, Figure], is_seen: Callable[[Figure], bool], toggle: Callable[[Figure], None]
) -> None:
    """Add an entry with a tick for each figure that may be seen to a menu, under the names that they have there."""
    for name, each in offered.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(is_seen(each))
        action.setToolTip(each.help)
        action.triggered.connect(lambda _on=False, each=each: toggle(each))
