"""Every exception this package raises on purpose.

DesignerError
├── EditRefused            an edit would break the structure of a design; the design is as it was
├── LayerDeclarationError  a layer class is incomplete or declared twice (a programming error)
├── ParameterError         a parameter's value is of the wrong kind or out of its range
├── ShapeError                 a layer cannot take these inputs; the analysis turns it into a problem on the node
├── DesignFileError        a file cannot be read or written
├── RecordError            data from another process or a file is no such record
├── TemplateError          a template is unknown, or does not take these settings
├── UsageError             a command line does not say what to do
├── InvalidDesign          something was asked of a design that only a valid design can do
├── ExportError            a file was not written, or what was written did not prove right
├── IllustrationRefused    what was chosen cannot be drawn as an illustration
├── ImportRefused          a file is no network, or none that can be read
└── JobFailed              a run or measurement was refused or broke
    ├── NotEnoughMemory    it would need more memory than there is; said before anything is allocated
    ├── DeviceLost         a device stopped answering while something ran on it
    └── WrongOutputs       a backend computes something else than the design's module

What the user did wrong inside a drawing is data (``analysis.issues``), not an exception; exceptions are for what the
program refuses. Every text says what, where, why, and what would fix it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from designer.issue_code import IssueCode


class DesignerError(Exception):
    """Anything this package refuses, with a text for the person in front of it."""


class EditRefused(DesignerError):
    """An edit would break the structure of a design (a cycle, a second wire into an input)."""


class LayerDeclarationError(DesignerError):
    """A layer class is incomplete, or its key is taken."""


class FigureDeclarationError(DesignerError):
    """A figure's declaration is incomplete or contradicts another one."""


class ParameterError(DesignerError):
    """A parameter's value is of the wrong kind or out of range.

    Attributes:
        name: The parameter's name, as in the file and the inspector.
        reason: Why the value was refused, without the name.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class ExpressionError(DesignerError):
    """An expression that a person typed cannot be read or worked out.

    Attributes:
        text: The expression.
        reason: Why, and where in it.
    """

    def __init__(self, text: str, reason: str) -> None:
        shown = text if len(text) <= 60 else f"{text[:59]}…"
        super().__init__(f"{shown}: {reason}")
        self.text = text
        self.reason = reason


class ShapeError(DesignerError):
    """A layer cannot take these inputs.

    Attributes:
        code: Its kind; fixes are offered by it.
        why: The reason in words, with the shapes in it.
    """

    def __init__(self, code: IssueCode, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.code = code
        self.what = what
        self.why = why


class DesignFileError(DesignerError):
    """A file cannot be read or written.

    Attributes:
        path: The file, as the person named it.
        where: The place in it (a line, a node), or an empty text.
        reason: What is wrong, and what would fix it.
    """

    def __init__(self, path: str, where: str, reason: str) -> None:
        place = f"{path}, {where}" if where else path
        super().__init__(f"{place}: {reason}")
        self.path = path
        self.where = where
        self.reason = reason


class RecordError(DesignerError):
    """Data from another process or a file is no such record."""


class TemplateError(DesignerError):
    """A template is unknown, or does not take these settings."""


class InvalidDesign(DesignerError):
    """Something was asked of a design that has problems.

    Attributes:
        problems: One line each, as ``check`` prints them.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the design has problems:\n" + "\n".join(self.problems))


class UsageError(DesignerError):
    """A command line that does not say what to do, with the usage in front."""


class ExportError(DesignerError):
    """A file was not written, or what was written did not prove right."""


class IllustrationRefused(DesignerError):
    """What was chosen cannot be drawn as an illustration; the text says where, why, and what could be."""


class ImportRefused(DesignerError):
    """A file is no network, or none that can be read; the text names what it is and what would be read."""


class JobFailed(DesignerError):
    """A run or measurement was refused or broke."""


class NotEnoughMemory(JobFailed):
    """A job would need more memory than there is; nothing was allocated."""


class DeviceLost(JobFailed):
    """A device stopped answering while something ran on it."""


class WrongOutputs(JobFailed):
    """A backend computes something else than the design's own module; it is not timed."""


def near(word: str, known: Iterable[str]) -> str:
    """A guess at what was meant, to end a message with: `` (did you mean 'relu6'?)`` or nothing."""
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
