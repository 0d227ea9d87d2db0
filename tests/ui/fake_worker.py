"""A worker that speaks the messages and does what the job's kind says: sums of nothing, hangs, dies, or chatters.

Started by the client's tests as a process of its own; imports no torch, so it is there in a moment.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from designer.files.design_json import loads
from designer.worker.messages import (
    Cancel,
    Cancelled,
    Failure,
    Message,
    Progress,
    Ready,
    Request,
    Result,
    decode,
    encode,
)
from tests.ui import measured as reports

cancelled: set[int] = set()
requests: list[Request] = []
arrived = threading.Condition()


def say(message: Message) -> None:
    """Write one message."""
    sys.stdout.write(encode(message) + "\n")
    sys.stdout.flush()


def listen() -> None:
    """Read messages beside the running job, so that a cancel is heard."""
    for line in sys.stdin:
        message = decode(line)
        with arrived:
            if isinstance(message, Cancel):
                cancelled.add(message.id)
            elif isinstance(message, Request):
                requests.append(message)
            arrived.notify()
    os._exit(0)


def measured(request: Request) -> Message:
    """A report with the shape of a real one; the figures mean nothing."""
    if os.environ.get("FAKE_WORKER") == "out of memory":
        return Failure(request.id, "it would need 3 TB", "a smaller input")
    if os.environ.get("FAKE_WORKER") == "mortal":
        os.kill(os.getpid(), signal.SIGKILL)
    conditions = {"device": "cpu", "threads": 2, "batch": request.options["batch"], "dtype": "float32"}
    figures = {"median_ms": 1.0, "low_ms": 0.9, "high_ms": 1.1, "rounds": 10, "node_ms": {}, "conditions": conditions}
    return Result(request.id, figures)


def work(request: Request) -> Message:
    """What a job ends in."""
    number = request.id
    match request.kind:
        case "echo":
            say(Progress(number, 0.5, "half"))
            return Result(number, {"design": request.design, **request.options})
        case "measure":
            return measured(request)
        case "devices":
            return Result(number, reports.devices())
        case "pair":
            return Result(number, reports.pair())
        case "rank" if os.environ.get("FAKE_WORKER") == "slow ranking":
            for so_far in reports.rank_so_far():
                say(Progress(number, 0.0, "turn", so_far))
                time.sleep(0.1)
            while number not in cancelled:
                time.sleep(0.01)
            return Cancelled(number)
        case "rank":
            return Result(number, reports.rank())
        case "roofline":
            return Result(number, reports.roofline(loads(request.design).digest))
        case "export" if os.environ.get("FAKE_WORKER") == "full disk":
            return Failure(number, "the disk is full", "free some room", "Traceback: …")
        case "patient" | "export":
            for step in range(200):
                if number in cancelled:
                    return Cancelled(number)
                say(Progress(number, step / 200, f"step {step}"))
                time.sleep(0.02)
            return Result(number, {})
        case "deaf":
            time.sleep(60)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "leave":
            sys.stderr.write("the disk is full\n")
            sys.stderr.flush()
            os._exit(3)
        case "chatter":
            sys.stdout.write("a library says hello\n")
        case "fail":
            return Failure(number, "no such layer", "place another", "Traceback: …")
    return Result(number, {})


def main() -> None:
    """Answer requests one after the other."""
    if os.environ.get("FAKE_WORKER") == "stillborn":
        sys.stderr.write("No module named 'torch'\n")
        sys.exit(1)
    say(Ready(("cpu",), {"fake": "1"}))
    threading.Thread(target=listen, daemon=True).start()
    while True:
        with arrived:
            arrived.wait_for(lambda: bool(requests))
            request = requests.pop(0)
        say(work(request))


if __name__ == "__main__":
    main()
