"""Tool tips as plain text: a name from a file that looks like markup is shown as it is written, and loads nothing."""

from __future__ import annotations

from html import escape

from designer.wording import clipped, printable


def plain_tip(text: str) -> str:
    """A text as a tool tip shows it letter by letter: printable, not endless, and no markup."""
    shown = clipped(printable(text))
    # Qt takes what has a tag for rich text, pictures and all.
    return f'<qt><p style="white-space: pre-wrap">{escape(shown)}</p></qt>' if "<" in shown else shown
