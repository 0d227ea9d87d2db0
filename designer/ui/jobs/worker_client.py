"""The window's end of the second process: a queue of jobs, their progress, cancelling, and a new process after a crash.

One job is with the worker at a time; the others wait here, so that a process that must be ended takes one job with it
and no more. Every job ends in exactly one of done, failed or cancelled. Knows the messages and Qt, and nothing of
torch.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from designer.worker.messages import (
    Cancel,
    Cancelled,
    Failure,
    MalformedMessage,
    Progress,
    Ready,
    Request,
    Result,
    decode,
    encode,
)
from designer.worker.orders import Order

GRACE_MS = 120
"""How long a running job may take to notice that it is cancelled before its process is ended."""

SILENCE_LIMIT_S = 120.0
"""How long a job may go without a word before it counts as hanging."""

START_LIMIT_S = 90.0
"""How long the process may take to say that it is ready; importing torch from a cold disk takes its time."""

MAX_FAILED_STARTS = 3


class Job(QObject):
    """One request, from the queue to its end.

    Signals: ``progressed`` with the share done (0 to 1) and a text, and ``found`` with what a job knows so far; then
    exactly one of ``done`` with the order's report, ``failed`` with a Failure, ``cancelled``; and ``ended`` after
    whichever it was.
    """

    started = Signal()
    progressed = Signal(float, str)
    found = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, request: Request, silence_limit_s: float) -> None:
        super().__init__()
        self.request = request
        self.silence_limit_s = silence_limit_s
        self.is_over = False

    def finish(self, event: Result | Failure | Cancelled) -> None:
        """Tell the end, once."""
        if self.is_over:
            return
        self.is_over = True
        match event:
            case Result():
                self.done.emit(event.report)
            case Failure():
                self.failed.emit(event)
            case Cancelled():
                self.cancelled.emit()
        self.ended.emit()


class WorkerClient(QObject):
    """Runs jobs in a worker process, one after the other.

    Signals: ``state_changed`` with a short text for the status bar; ``trouble`` with a sentence when the process broke.
    """

    state_changed = Signal(str)
    trouble = Signal(str)
    idle = Signal()

    def __init__(self, command: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = tuple(command) if command else (sys.executable, "-m", "designer.worker")
        self._process: QProcess | None = None
        self._ready: Ready | None = None
        self._queue: deque[Job] = deque()
        self._running: Job | None = None
        self._numbers = count(1)
        self._received = b""
        self._last_words = b""
        self._failed_starts = 0
        self._state = "worker not started"
        self._is_stopped = False
        self._grace = self._timer(GRACE_MS, self._end_cancelled)
        self._silence = self._timer(int(SILENCE_LIMIT_S * 1000), self._end_silent)
        self._starting = self._timer(int(START_LIMIT_S * 1000), self._end_start)

    # For callers ------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """What the process is doing, in two or three words."""
        return self._state

    @property
    def conditions(self) -> Ready | None:
        """What the worker said of itself when it was ready: devices and versions; None before."""
        return self._ready

    @property
    def process_id(self) -> int:
        """The process' number, or 0 where none runs."""
        return self._process.processId() if self._process is not None else 0

    def start(self) -> None:
        """Start the process ahead of need; does nothing where it runs already."""
        if self._process is not None or self._is_stopped:
            return
        process = QProcess(self)
        process.setProgram(self._command[0])
        process.setArguments(list(self._command[1:]))
        process.setProcessEnvironment(_environment())
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._process_ended)
        process.errorOccurred.connect(self._process_error)
        self._process, self._received, self._last_words = process, b"", b""
        self._set_state("worker starting")
        self._starting.start()
        process.start()

    def submit(self, order: Order, silence_limit_s: float = SILENCE_LIMIT_S) -> Job:
        """Queue a job; the process is started where it does not run."""
        job = Job(Request(next(self._numbers), order), silence_limit_s)
        self._queue.append(job)
        self.start()
        QTimer.singleShot(0, self, self._send_next if not self._is_stopped else self.stop)  # slots are connected first
        return job

    def cancel(self, job: Job) -> None:
        """End a job: at once where it waits, within 200 ms where it runs."""
        if job in self._queue:
            self._queue.remove(job)
            self._finish(job, Cancelled(id=job.request.id))
        elif job is self._running and not self._grace.isActive():
            self._write(Cancel(id=job.request.id))
            self._grace.start()

    def stop(self) -> None:
        """Cancel what is queued or running and end the process, for good: what is submitted later is cancelled."""
        self._is_stopped = True
        jobs = [*self._queue, *([self._running] if self._running else [])]
        self._queue.clear()
        self._running = None
        self._drop_process()
        for process in self.findChildren(QProcess):
            process.waitForFinished(1000)  # one destroyed while it runs is warned of
        for job in jobs:
            self._finish(job, Cancelled(id=job.request.id))
        self._set_state("worker stopped")

    # The process ------------------------------------------------------------------------------------------------------

    def _send_next(self) -> None:
        if self._running is not None or not self._queue or self._ready is None:
            return
        job = self._queue.popleft()
        self._running = job
        self._silence.start(int(job.silence_limit_s * 1000))
        self._write(job.request)
        self._set_state(f"{job.request.order.kind} running")
        job.started.emit()

    def _write(self, message: Request | Cancel) -> None:
        if self._process is not None:
            self._process.write((encode(message) + "\n").encode())

    def _read(self) -> None:
        if self._process is None:
            return
        self._received += bytes(self._process.readAllStandardOutput().data())
        *lines, self._received = self._received.split(b"\n")
        for line in lines:
            if line.strip():
                self._take(line.decode(errors="replace"))

    def _read_errors(self) -> None:
        if self._process is not None:
            self._last_words = (self._last_words + bytes(self._process.readAllStandardError().data()))[-4000:]

    def _take(self, line: str) -> None:
        try:
            event = decode(line)
        except MalformedMessage:
            self._last_words = (self._last_words + line.encode() + b"\n")[-4000:]  # a library printed; not ours to read
            return
        if isinstance(event, Ready):
            self._ready, self._failed_starts = event, 0
            self._starting.stop()
            self._set_state("worker ready")
            self._send_next()
            return
        job = self._running
        if job is None or isinstance(event, (Request, Cancel)) or event.id != job.request.id:
            return
        if isinstance(event, Progress):
            self._silence.start()
            job.progressed.emit(event.share, event.text)
            if event.so_far is not None:
                job.found.emit(event.so_far)
        elif isinstance(event, (Result, Failure, Cancelled)):
            self._running = None
            self._finish(job, event)

    def _finish(self, job: Job, event: Result | Failure | Cancelled) -> None:
        if self._running is None:
            self._silence.stop()
            self._grace.stop()
            if self._ready is not None:
                self._set_state("worker ready")
        job.finish(event)
        if not self._queue and self._running is None:
            self.idle.emit()
        self._send_next()

    # Its ends ---------------------------------------------------------------------------------------------------------

    def _end_cancelled(self) -> None:
        job, self._running = self._running, None
        self._restart()
        if job is not None:
            self._finish(job, Cancelled(id=job.request.id))

    def _end_silent(self) -> None:
        job = self._running
        seconds = job.silence_limit_s if job is not None else SILENCE_LIMIT_S
        self._break(
            f"the worker said nothing for {seconds:g} s",
            "It was ended and started anew; the design is untouched. A smaller input or batch may run through.",
        )

    def _end_start(self) -> None:
        self._failed_starts = MAX_FAILED_STARTS
        self._break(f"the worker was not ready after {START_LIMIT_S:g} s", "Run it again to try once more.")

    def _process_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._failed_starts = MAX_FAILED_STARTS
            self._break(f"the worker could not be started ({self._command[0]})", "Is Python still installed there?")

    def _process_ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        if self._ready is None:
            self._failed_starts += 1
        crashed = status == QProcess.ExitStatus.CrashExit
        self._break(
            "the worker was ended by the system" if crashed else f"the worker ended unexpectedly (exit status {code})",
            "It was started anew; the design is untouched. Running out of memory is the usual cause: "
            "a smaller input or batch may run through."
            if crashed
            else "It was started anew; the design is untouched.",
        )

    def _break(self, what: str, hint: str) -> None:
        """Fail the running job, and start anew unless starting itself keeps failing."""
        words = self._last_words.decode(errors="replace").strip()
        hopeless = self._failed_starts >= MAX_FAILED_STARTS
        lost = [self._running] if self._running is not None else []
        self._running = None
        if hopeless:
            lost += self._queue
            self._queue.clear()
            self._failed_starts = 0
            self._drop_process()
            self._set_state("worker does not start")
            hint = f"{words.splitlines()[-1]}" if words else hint
        else:
            self._restart()
        self.trouble.emit(f"{what[0].upper()}{what[1:]}. {hint}")
        for job in lost:
            self._finish(job, Failure(id=job.request.id, what=what, hint=hint, traceback=words))

    def _restart(self) -> None:
        self._drop_process()
        self.start()

    def _drop_process(self) -> None:
        for timer in (self._grace, self._silence, self._starting):
            timer.stop()
        self._ready = None
        process, self._process = self._process, None
        if process is None:
            return
        for signal in (
            process.readyReadStandardOutput,
            process.readyReadStandardError,
            process.finished,
            process.errorOccurred,
        ):
            signal.disconnect()
        if process.state() == QProcess.ProcessState.NotRunning:
            process.deleteLater()
            return
        # Not waited for: giving back gigabytes takes the system longer than a window may stand still.
        process.finished.connect(process.deleteLater)
        process.kill()

    def _set_state(self, text: str) -> None:
        if text != self._state:
            self._state = text
            self.state_changed.emit(text)

    def _timer(self, milliseconds: int, then: Any) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=milliseconds)
        timer.timeout.connect(then)
        return timer


def _environment() -> QProcessEnvironment:
    """Ours, with the folder this package lies in on the path, so that the worker is found from any working folder."""
    environment = QProcessEnvironment.systemEnvironment()
    root = str(Path(__file__).resolve().parents[3])
    present = environment.value("PYTHONPATH")
    environment.insert("PYTHONPATH", root + (os.pathsep + present if present else ""))
    environment.insert("PYTHONUNBUFFERED", "1")
    return environment
