"""What each operation is in LiteRT: the table, complete; a module a family fills it, named as the operations' own."""

from designer.runtime.formats.litert import dense, elementwise, normalization, shaping, sliding
from designer.runtime.formats.litert.writing import LITERT

FAMILIES = (dense, elementwise, normalization, shaping, sliding)
"""The modules that fill it."""

__all__ = ["FAMILIES", "LITERT"]
