"""The real second process, spoken to by lines, with a limit on every wait."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path

from designer.worker.messages import Cancelled, Failure, Message, Progress, Result, decode, encode

ROOT = Path(__file__).resolve().parents[2]


def line(id: int, kind: str, **order: object) -> str:
    """A request as it crosses, whether it makes sense or not."""
    return json.dumps({"message": "Request", "id": id, "kind": kind, "order": order})


class Worker:
    """The process under test; its messages are read in a thread, so that waiting for one has a limit."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "designer.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.errors: list[bytes] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):  # a killed process may leave half a line
                self._messages.put(decode(line.decode()))
        self._messages.put(None)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.errors += self.process.stderr.readlines()

    def tell(self, message: Message | str) -> None:
        assert self.process.stdin is not None
        line = message if isinstance(message, str) else encode(message)
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def hear(self, seconds: float = 60.0) -> Message | None:
        """The next message, or None where the process ended."""
        return self._messages.get(timeout=seconds)

    def end_of(self, id: int) -> Message | None:
        """The message that ends a request; progress before it is passed over."""
        while True:
            message = self.hear()
            if message is None or (isinstance(message, (Result, Failure, Cancelled)) and message.id == id):
                return message
            assert isinstance(message, Progress)
            assert message.id == id
            assert 0 <= message.share <= 1

    def close(self) -> int:
        """Close its standard input and wait for its end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)

    def kill(self) -> None:
        """Leave nothing running."""
        self.process.kill()
        self.process.wait(20)
        for thread in (self._reader, self._listener):
            thread.join(20)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
