"""The forward pass of the compiled module against a module written by hand, eager, one picture."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from designer.runtime.compile.module import compile_module
from designer.runtime.compile.torchvision_names import torchvision_names
from tests.benchmarks.designs import mobilenet_v2
from tests.benchmarks.pairs import Subject, time_pairs
from tests.benchmarks.rows import Comparison, Row
from tests.reference.mobilenets import MobileNetV2


def rows(rounds: int) -> Iterator[Row]:
    """MobileNetV2 on one thread, and on as many as PyTorch takes."""
    compiled, written = compile_module(mobilenet_v2()).eval(), MobileNetV2().eval()
    state = compiled.state_dict()
    # Other numbers may take another time.
    written.load_state_dict({name: state[key] for key, name in torchvision_names(state).items()})
    x = torch.randn(1, 3, 224, 224)
    many = torch.get_num_threads()
    for threads in sorted({1, many}):
        torch.set_num_threads(threads)
        with torch.inference_mode():
            times = time_pairs(Subject(lambda: compiled(x)), Subject(lambda: written(x)), rounds)
        peer = f"a hand-written module, torch {torch.__version__}"
        yield Comparison(f"forward pass of MobileNetV2, threads: {threads}", peer, times, 1.02)
