"""The second process: takes requests as lines of JSON on standard input, runs them, answers on standard output.

Started as ``python -m designer.worker``. It loads PyTorch, says Ready, and works through one request after another; a
thread of its own reads on meanwhile, so that a cancel is heard while a job runs. Standard output carries messages and
nothing else: whatever a library prints goes to standard error. When standard input ends, so does the process.

Every request ends in exactly one Result, Failure or Cancelled. A line that is no message is answered by a Failure under
the id it names, or 0 where it names none.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import signal
import sys
import threading
import time
import traceback
from importlib import metadata
from typing import BinaryIO

from designer.errors import DesignerError, InvalidDesign, NotEnoughMemory
from designer.worker.jobs import Tell, carry_out
from designer.worker.messages import (
    Cancel,
    Cancelled,
    Failure,
    MalformedMessage,
    Message,
    Progress,
    Ready,
    Request,
    Result,
    decode,
    encode,
)
from designer.worker.orders import SoFar

_PROGRESS_PAUSE_S = 0.05
_LAST_WORDS_S = 2.0
"""How long a running job may take to end after standard input has ended."""

_NO_REQUEST = 0


class Outbox:
    """Writes messages to what was standard output, whole lines, from any thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write one message; ends the process where nobody reads any more."""
        line = (encode(message) + "\n").encode()
        try:
            with self._lock:
                self._stream.write(line)
                self._stream.flush()
        except (BrokenPipeError, ValueError):  # the window is gone
            os._exit(0)


class Inbox:
    """Reads standard input in a thread: requests to a queue, cancels to a set."""

    def __init__(self, stream: BinaryIO, outbox: Outbox) -> None:
        self._stream = stream
        self._outbox = outbox
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._has_ended = False

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read, name="reader", daemon=True).start()

    def next(self) -> Request | None:
        """The next request, once there is one; None after the end."""
        return self._requests.get()

    def is_cancelled(self, id: int) -> bool:
        """Whether a request shall end."""
        return self._has_ended or id in self._cancelled

    def _read(self) -> None:
        for line in self._stream:
            if line.strip():
                self._take(line.decode(errors="replace"))
        self._has_ended = True
        self._requests.put(None)
        time.sleep(_LAST_WORDS_S)
        os._exit(0)  # a job that does not look up would keep the process for nobody

    def _take(self, line: str) -> None:
        try:
            message = decode(line)
        except MalformedMessage as error:
            self._refuse(line, str(error))
            return
        except DesignerError as error:  # a job or an option that there is not
            self._outbox.send(Failure(_id_in(line), str(error)))
            return
        if isinstance(message, Cancel):
            self._cancelled.add(message.id)
        elif isinstance(message, Request):
            self._requests.put(message)
        else:
            self._refuse(line, f"a worker takes no {type(message).__name__}")

    def _refuse(self, line: str, what: str) -> None:
        hint = "Each line is one JSON object with its kind under 'message': a Request or a Cancel."
        self._outbox.send(Failure(_id_in(line), what, hint))


def _id_in(line: str) -> int:
    """The id that a malformed line names, so that whoever waits for its end hears of it."""
    try:
        id = json.loads(line)["id"]
    except (ValueError, KeyError, TypeError):
        return _NO_REQUEST
    return id if isinstance(id, int) and not isinstance(id, bool) else _NO_REQUEST


def answer(request: Request, outbox: Outbox, inbox: Inbox) -> Result | Failure | Cancelled:
    """Run a request to its end, whatever happens."""
    from designer.runtime.compile.memory import is_out_of_memory
    from designer.timing.rounds import Cancelled as RoundsCancelled

    def asked() -> bool:
        return inbox.is_cancelled(request.id)

    if asked():
        return Cancelled(request.id)
    try:
        return Result(request.id, carry_out(request.order, _teller(request, outbox), asked))
    except RoundsCancelled:
        return Cancelled(request.id)
    except DesignerError as error:
        return Failure(request.id, str(error), _hint(error))
    except Exception as error:  # noqa: BLE001  # whatever a job does, its request gets an answer
        told = traceback.format_exc()
        if is_out_of_memory(error):
            return Failure(request.id, "it ran out of memory", _MEMORY_HINT, told)
        hint = "This is a fault in the program, not in the design; the traceback belongs into a report of it."
        return Failure(request.id, f"{type(error).__name__}: {error}", hint, told)


_MEMORY_HINT = "A smaller batch or input, or fewer channels, needs less; so does closing other programs."


def _hint(error: DesignerError) -> str:
    if isinstance(error, InvalidDesign):
        return "Fix what is listed, and run it again."
    return _MEMORY_HINT if isinstance(error, NotEnoughMemory) else ""


def _teller(request: Request, outbox: Outbox) -> Tell:
    """Sends progress, and not more often than anybody can read; what was found is always sent."""
    last = -1.0

    def tell(share: float, text: str, so_far: SoFar | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if so_far is not None or now - last >= _PROGRESS_PAUSE_S:
            last = now
            outbox.send(Progress(request.id, share, text, so_far))

    return tell


# The process ---------------------------------------------------------------------------------------------------------


def main() -> int:
    """Work until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal of the window ends this quietly too
    outbox = Outbox(_take_standard_output())
    inbox = Inbox(sys.stdin.buffer, outbox)
    inbox.start()
    from designer.runtime.measure.devices import available_devices  # PyTorch; only now, since importing it may print

    outbox.send(Ready(available_devices(), _versions()))
    while (request := inbox.next()) is not None:
        outbox.send(answer(request, outbox, inbox))
    return 0


def _take_standard_output() -> BinaryIO:
    """A stream of our own to standard output; what others write to it goes to standard error from now on."""
    own = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(own, "wb")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("torch", "onnx", "onnxruntime"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


if __name__ == "__main__":
    sys.exit(main())
