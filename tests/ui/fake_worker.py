"""A worker that speaks the messages: figures of nothing; and where it is to run a word, hangs, dies, or chatters.

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

from designer.errors import DesignerError
from designer.export.result import ExportResult
from designer.files.design_json import loads
from designer.measurement.smoke_run import SmokeRunReport
from designer.timing.rounds import Cancelled as RoundsCancelled
from designer.worker.jobs import carry_out
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
from designer.worker.orders import (
    ActivityOrder,
    DevicesOrder,
    ExportOrder,
    ImportWeightsOrder,
    MeasureOrder,
    PairOrder,
    RankOrder,
    RooflineOrder,
    RunOrder,
    SpiralOrder,
    SweepOrder,
)
from tests.measurement import samples

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


def measured(request: Request, order: MeasureOrder) -> Message:
    """A report with the shape of a real one; the figures mean nothing."""
    if os.environ.get("FAKE_WORKER") == "out of memory":
        return Failure(request.id, "it would need 3 TB", "a smaller input")
    if os.environ.get("FAKE_WORKER") == "mortal":
        os.kill(os.getpid(), signal.SIGKILL)
    return Result(request.id, samples.latency(loads(order.design).digest, batch=order.options.batch))


def ran(word: str, batch: int = 1) -> SmokeRunReport:
    """What a run gives, with the word it was asked with; the figures mean nothing."""
    return SmokeRunReport(word, "cpu", 0, ((batch,),), (), True, 0.0)


def work(request: Request) -> Message:
    """What a job ends in."""
    number = request.id
    match request.order:
        case MeasureOrder() as order:
            return measured(request, order)
        case DevicesOrder():
            return Result(number, samples.devices())
        case PairOrder():
            return Result(number, samples.pair())
        case RankOrder() if os.environ.get("FAKE_WORKER") == "slow ranking":
            for so_far in samples.rank_so_far():
                say(Progress(number, 0.0, "turn", so_far))
                time.sleep(0.1)
            while number not in cancelled:
                time.sleep(0.01)
            return Cancelled(number)
        case RankOrder():
            return Result(number, samples.rank())
        case RooflineOrder(design):
            return Result(number, samples.roofline(loads(design).digest))
        case ExportOrder() if os.environ.get("FAKE_WORKER") == "full disk":
            return Failure(number, "the disk is full", "free some room", "Traceback: …")
        case ExportOrder() | ImportWeightsOrder():
            return patient(number) or Result(number, ExportResult("onnx", "x.onnx", "0", ()))
        case SpiralOrder() | ActivityOrder() if os.environ.get("FAKE_WORKER") == "mortal":
            os.kill(os.getpid(), signal.SIGKILL)
        case SpiralOrder(options):
            return Result(number, samples.spiral(options))
        case ActivityOrder(design):
            return Result(number, samples.activity(loads(design).digest))
        case SweepOrder():
            return swept(number, request.order)
        case RunOrder(word, configuration):
            return run(number, word) or Result(number, ran(word, configuration.batch))
    return Failure(number, "there is no such order")


def swept(number: int, order: SweepOrder) -> Message:
    """A sweep as the worker itself walks it: costs need no torch."""
    try:
        tell = lambda share, text, so_far=None: say(Progress(number, share, text, so_far))  # noqa: E731
        return Result(number, carry_out(order, tell, lambda: number in cancelled))
    except RoundsCancelled:
        return Cancelled(number)
    except DesignerError as error:
        return Failure(number, str(error))


def patient(number: int) -> Message | None:
    """Four seconds with many words; a cancel is heard."""
    for step in range(200):
        if number in cancelled:
            return Cancelled(number)
        say(Progress(number, step / 200, f"step {step}"))
        time.sleep(0.02)
    return None


def run(number: int, word: str) -> Message | None:
    """What a run does whose design is a word instead; None where it ends well."""
    match word:
        case "echo":
            say(Progress(number, 0.5, "half"))
        case "patient":
            return patient(number)
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
    return None


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
