"""A full recount: shapes, parameters, MACs, FLOPs, peak memory, receptive fields and problems, against counters.

Ours begins from nothing (every memo emptied, the design rebuilt) and, in rows of their own, from layers seen before,
as when a person undoes an edit. The counters are run as their manuals say, on a hand-written MobileNetV2.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import nn

from designer.analysis.analysis import analyse
from designer.graph.design import Design
from tests.benchmarks.designs import bottlenecks, forget, fresh, mobilenet_v2
from tests.benchmarks.pairs import Subject, time_alone, time_pairs
from tests.benchmarks.rows import Comparison, Duration, MissingPeer, Row, installed
from tests.reference.mobilenets import MobileNetV2

SHAPE = (1, 3, 224, 224)
PEER_SHARE_FROM_NOTHING, PEER_SHARE_SEEN = 1 / 20, 1 / 30
LARGE_FROM_NOTHING_S, LARGE_SEEN_S = 0.250, 0.150


def torchinfo_counter(model: nn.Module) -> Callable[[], object]:
    """Torchinfo's summary, not printed."""
    import torchinfo

    return lambda: torchinfo.summary(model, input_size=SHAPE, verbose=0).total_mult_adds


def fvcore_counter(model: nn.Module) -> Callable[[], object]:
    """Fvcore's count by tracing."""
    from fvcore.nn import FlopCountAnalysis

    logging.getLogger("fvcore").setLevel(logging.ERROR)
    x = torch.zeros(SHAPE)
    return lambda: FlopCountAnalysis(model, x).unsupported_ops_warnings(False).total()


def ptflops_counter(model: nn.Module) -> Callable[[], object]:
    """Ptflops' count by hooks."""
    from ptflops import get_model_complexity_info

    return lambda: get_model_complexity_info(
        model, SHAPE[1:], as_strings=False, print_per_layer_stat=False, verbose=False
    )


def torch_counter(model: nn.Module) -> Callable[[], object]:
    """PyTorch's own count of what is dispatched."""
    from torch.utils.flop_counter import FlopCounterMode

    x = torch.zeros(SHAPE)

    def count() -> int:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model(x)
        return counter.get_total_flops()

    return count


PEERS = {"torchinfo": torchinfo_counter, "ptflops": ptflops_counter, "torch": torch_counter, "fvcore": fvcore_counter}


def recount(design: Design) -> object:
    """Everything the window shows of a design."""
    analysis = analyse(design)
    fields = [analysis.receptive_field(id) for id in design.order]
    return analysis.totals, analysis.issues, fields


def from_nothing(design: Design) -> Subject:
    """A recount with every memo emptied."""
    waiting: list[Design] = []

    def prepare() -> None:
        forget()
        waiting[:] = [fresh(design)]

    return Subject(lambda: recount(waiting[0]), prepare)


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2 against each counter; then alone, and at 10,000 nodes."""
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)  # as ours: with several, whoever else is at work would slow the counters alone
    design, model = mobilenet_v2(), MobileNetV2().eval()
    for package, make in PEERS.items():
        peer = installed(package)
        if peer is None:
            yield MissingPeer("recount of MobileNetV2", package)
            continue
        count = Subject(_silent(make(model)))
        yield Comparison(
            "recount of MobileNetV2 from nothing",
            peer,
            time_pairs(from_nothing(design), count, rounds),
            PEER_SHARE_FROM_NOTHING,
        )
        yield Comparison(
            "recount of MobileNetV2, layers seen before",
            peer,
            time_pairs(Subject(lambda: recount(design)), count, rounds),
            PEER_SHARE_SEEN,
        )
    yield Duration("recount of MobileNetV2 from nothing", time_alone(from_nothing(design), rounds), 0.002)
    yield Duration(
        "recount of MobileNetV2, layers seen before", time_alone(Subject(lambda: recount(design)), rounds), 0.002
    )
    for nodes in (5_000, 10_000) if rounds > 1 else (5_000,):
        large = bottlenecks(nodes)
        is_largest = nodes == 10_000
        yield Duration(
            f"recount of {nodes} nodes from nothing",
            time_alone(from_nothing(large), rounds),
            LARGE_FROM_NOTHING_S if is_largest else None,
        )
        yield Duration(
            f"recount of {nodes} nodes, layers seen before",
            time_alone(Subject(partial(recount, large)), rounds),
            LARGE_SEEN_S if is_largest else None,
        )


def _silent(count: Callable[[], object]) -> Callable[[], object]:
    def silently() -> object:
        with contextlib.redirect_stdout(io.StringIO()):
            return count()

    return silently
