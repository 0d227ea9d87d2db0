"""The edits that designers repeat, in the order of menus."""

from __future__ import annotations

from designer.errors import EditRefused, near
from designer.redesign.multiples import Multiples
from designer.redesign.pruning import Prune
from designer.redesign.redesign import RepeatedEdit
from designer.redesign.reparameterising import Reparameterise
from designer.redesign.replacing import ReplaceBlocks
from designer.redesign.scaling import Scale
from designer.redesign.strides import DropStrides

EDITS: tuple[RepeatedEdit, ...] = (Multiples(), DropStrides(), Scale(), ReplaceBlocks(), Prune(), Reparameterise())


def edit_of(key: str) -> RepeatedEdit:
    """The edit of a key.

    Raises:
        EditRefused: There is none; the text guesses what was meant.
    """
    for each in EDITS:
        if each.key == key:
            return each
    keys = [each.key for each in EDITS]
    raise EditRefused(f"there is no edit '{key}'{near(key, keys)}; there are: {', '.join(keys)}")
