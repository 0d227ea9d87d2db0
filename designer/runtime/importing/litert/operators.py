"""What each LiteRT operator becomes: the table, complete; a module a family fills it, named as the operations' own."""

from designer.runtime.importing.litert import dense, elementwise, normalization, shaping, sliding
from designer.runtime.importing.litert.reading import OPERATORS
from designer.runtime.importing.litert.spelling import spelled_out

FAMILIES = (dense, elementwise, normalization, shaping, sliding)
"""The modules that fill it, and say what files spell out."""

__all__ = ["FAMILIES", "OPERATORS", "spelled_out"]
