"""Reports with the shape of the worker's real ones; the figures mean nothing."""

from __future__ import annotations

from typing import Any

CONDITIONS = {
    "device": "cpu",
    "processor": "a processor",
    "threads": 2,
    "batch": 1,
    "dtype": "float32",
    "backend": "PyTorch eager",
}
THERE = {"available": True, "reason": ""}


def devices() -> dict[str, Any]:
    """What can be measured on: two backends and one that is absent."""
    backends = [
        {"key": "eager", "title": "PyTorch eager", "help": "As written.", **THERE},
        {"key": "folded", "title": "PyTorch, folded", "help": "Batch norms folded.", **THERE},
        {"key": "openvino", "title": "OpenVINO", "help": "", "available": False, "reason": "openvino is not installed"},
    ]
    cpu = {
        "name": "cpu",
        "dtypes": [{"key": "float32", **THERE}, {"key": "bfloat16", **THERE}],
        "memory_formats": ["contiguous", "channels_last"],
        "backends": backends,
    }
    return {"devices": [cpu], "versions": {}, "power": ""}


def side(key: str, title: str, median_ms: float) -> dict[str, Any]:
    """One side of a pair, or a row of a ranking."""
    return {
        "design": "it",
        "digest": "0",
        "backend": key,
        "title": title,
        "median_ms": median_ms,
        "low_ms": 0.9 * median_ms,
        "high_ms": 1.1 * median_ms,
        "rounds": 12,
        "rounds_ms": [median_ms] * 12,
        "conditions": {**CONDITIONS, "backend": title},
        "agreement": {"max_abs_difference": 1e-6, "max_abs_output": 3.0, "allowed": 1e-3},
    }


def pair() -> dict[str, Any]:
    """A second design that takes half as long."""
    return {
        "first": side("eager", "PyTorch eager", 2.0),
        "second": side("eager", "PyTorch eager", 1.0),
        "ratio": 0.5,
        "low": 0.48,
        "high": 0.52,
        "pairs": 40,
        "verdict": "faster",
        "sentence": "The second takes half the time.",
        "noisy": False,
        "warning": "",
    }


def rank() -> dict[str, Any]:
    """Two backends, and one that is not here."""
    quick = {"ratio": 0.5, "low": 0.45, "high": 0.55, "pairs": 40, "verdict": "faster"}
    same = {"ratio": 1.0, "low": 1.0, "high": 1.0, "pairs": 40, "verdict": "no difference you can claim"}
    return {
        "digest": "0",
        "reference": "eager",
        "rows": [
            {**side("folded", "PyTorch, folded", 1.0), "place": 1, "to_reference": quick},
            {**side("eager", "PyTorch eager", 2.0), "place": 2, "to_reference": same},
        ],
        "absent": [{"key": "openvino", "title": "OpenVINO", "reason": "openvino is not installed", "is_wrong": False}],
        "noisy": False,
        "warning": "",
    }


def rank_so_far() -> tuple[dict[str, Any], ...]:
    """The same while it is measured: one is ready and one is not here, then both are ready, then both have times."""
    whole = rank()
    bare = [{key: row[key] for key in ("backend", "title", "agreement")} for row in whole["rows"]]
    return {**whole, "rows": bare[1:]}, {**whole, "rows": bare}, whole


def roofline(digest: str) -> dict[str, Any]:
    """A node under each part of the roof."""
    peaks = {"flops_per_s": 1e11, "bytes_per_s": 1e10, "ridge": 10.0}

    def point(path: str, intensity: float, bound: str) -> dict[str, Any]:
        return {
            "path": path,
            "title": path,
            "ms": 1.0,
            "time_share": 0.5,
            "mac_share": 0.5,
            "intensity": intensity,
            "attained_flops_per_s": 0.5 * min(peaks["flops_per_s"], intensity * peaks["bytes_per_s"]),
            "bound": bound,
        }

    return {
        "figure": {"digest": digest},
        "peaks": peaks,
        "points": [point("expand", 40.0, "compute"), point("depthwise", 2.0, "memory")],
        "sentences": ["depthwise is memory bound."],
        "overhead_sentence": "",
    }
