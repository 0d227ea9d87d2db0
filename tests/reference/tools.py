"""What other people's counters say of a module: each asked as its manual asks, none of them changed."""

from __future__ import annotations

import copy
import importlib
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def _import(name: str) -> Any:
    """The tool, or the test skipped where it is not installed; its imports' warnings are its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError as error:
            pytest.skip(f"{name} is not installed ({error})")


def _by_torch(module: nn.Module, shape: tuple[int, ...]) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.zeros(shape))
    return int(counter.get_total_flops())


def _by_fvcore(module: nn.Module, shape: tuple[int, ...]) -> int:
    counted = _import("fvcore.nn").FlopCountAnalysis(module, torch.zeros(shape))
    return int(counted.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total())


def _by_ptflops(module: nn.Module, shape: tuple[int, ...]) -> int:
    ask = _import("ptflops").get_model_complexity_info
    return int(ask(module, shape[1:], as_strings=False, print_per_layer_stat=False)[0])


def _by_thop(module: nn.Module, shape: tuple[int, ...]) -> int:
    return int(_import("thop").profile(module, (torch.zeros(shape),), verbose=False)[0])


def _by_torchinfo(module: nn.Module, shape: tuple[int, ...]) -> int:
    return int(_import("torchinfo").summary(module, input_data=torch.zeros(shape), verbose=0).total_mult_adds)


_ASK: dict[str, Callable[[nn.Module, tuple[int, ...]], int]] = {
    "torch": _by_torch,
    "fvcore": _by_fvcore,
    "ptflops": _by_ptflops,
    "thop": _by_thop,
    "torchinfo": _by_torchinfo,
}
TOOLS = tuple(_ASK)


def count_by(tool: str, module: nn.Module, shape: tuple[int, ...]) -> int:
    """The tool's total for one pass of N×C×H×W, with N = 1; on a copy, since some leave things behind in a module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _ASK[tool](copy.deepcopy(module).eval(), shape)
