"""Fits, does not, or unknown: by numbers that were worked out by hand, or read from the runtime itself."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from designer.analysis.analysis import analyse
from designer.graph.design import Design, NodeId
from designer.layers.activation import ELU, GELU
from designer.layers.convolution import DepthwiseConv2d, PointwiseConv2d
from designer.layers.dense import Flatten, FullyConnected
from designer.layers.endpoints import Input, Output
from designer.layers.normalization import BatchNorm
from designer.layers.pooling import GlobalAveragePool
from designer.targets.deployed import deployed_of
from designer.targets.element_type import ElementType
from designer.targets.placement import Need, placed
from designer.targets.profile import Planner
from designer.targets.profile_files import target
from designer.targets.verdict import Fits, Room, verdict_of
from designer.templates.networks import template
from tests.small_designs import row


def two_maps(channels: int) -> Design:
    return row(Input(16, 64, 64), PointwiseConv2d(channels), Output())


def test_two_maps_live_at_once() -> None:
    design = two_maps(16)  # 16·64·64 in and out: 2 · 65,536 in eight bits
    assert deployed_of(analyse(design), ElementType.INT8).placement.bytes == 131_072
    assert deployed_of(analyse(design), ElementType.FLOAT32).placement.bytes == 4 * 131_072


def test_a_norm_is_gone_and_weights_are_those_that_a_file_keeps() -> None:
    design = row(Input(16, 8, 8), PointwiseConv2d(32), BatchNorm(), DepthwiseConv2d(3, bias=True), Output())
    deployed = deployed_of(analyse(design), ElementType.INT8)
    assert [kernel.code for kernel in deployed.kernels] == ["CONV_2D", "DEPTHWISE_CONV_2D"]
    assert deployed.weight_bytes == 16 * 32 + 32 * 9 + 4 * (32 + 32)  # a bias of four bytes a channel
    plain = row(Input(16, 8, 8), BatchNorm(), Output())
    assert deployed_of(analyse(plain), ElementType.FLOAT32).weight_bytes == 4 * 2 * 16


@pytest.mark.parametrize(
    ("network", "width", "padding", "head"),
    # What TensorFlow Lite for Microcontrollers 0.dev20261023182759 printed for files in eight bits.
    [
        ("mobilenet_v1", 0.25, "torch", 76_864),
        ("mobilenet_v2", 0.35, "torch", 230_592),
        ("mobilenet_v1", 0.25, "tensorflow", 73_728),
        ("mobilenet_v2", 0.35, "tensorflow", 138_240),
    ],
)
def test_the_head_is_what_the_runtime_printed(network: str, width: float, padding: str, head: int) -> None:
    design = template(network).build(width=width, resolution=96, classes=1000, padding=padding)
    assert deployed_of(analyse(design), ElementType.INT8).placement.bytes == head


def test_the_verdict_turns_with_the_channels() -> None:
    profile = replace(target("microcontroller_256k"), flash_bytes=None)
    fits = verdict_of(analyse(two_maps(40)), profile)  # 65,536 + 163,840 = 224 KiB
    assert fits.fits is Fits.YES
    assert fits.short.startswith("fits, ")
    breaks = verdict_of(analyse(two_maps(49)), profile)  # 65,536 + 200,704 = 260 KiB
    assert breaks.fits is Fits.NO
    assert breaks.ram.margin is not None
    assert breaks.ram.margin < 262_144 - 266_240  # what the structures take comes on top
    assert breaks.peak_path == ("n1",)
    assert "n1" in breaks.note


def test_a_limit_within_the_range_of_the_structures_is_unknown() -> None:
    room = Room(100_000, 120_000, 110_000)
    assert (room.fits, room.margin) == (Fits.UNKNOWN, -10_000)
    assert "decides" in room.words
    assert Room(None, None, 5, "nobody knows").words == "nobody knows"
    assert Room(5, 5, None, "no limit").fits is Fits.UNKNOWN


def test_what_has_no_form_in_eight_bits_is_unknown_with_the_node_and_the_reason() -> None:
    design = row(Input(8, 8, 8), ELU(), Output())
    verdict = verdict_of(analyse(design), target("microcontroller_256k"))
    assert verdict.fits is Fits.UNKNOWN
    assert verdict.reason.startswith("n1: LiteRT's ELU has no form in eight bits")
    assert verdict.lines()[1].strip() == verdict.reason


def test_what_a_controller_cannot_load_does_not_fit() -> None:
    verdict = verdict_of(analyse(row(Input(8, 8, 8), GELU(), Output())), target("microcontroller_256k"))
    assert (verdict.fits, verdict.short) == (Fits.NO, "does not fit: GELU is not there")


def test_weights_alone_can_be_too_much() -> None:
    design = row(Input(1024, 1, 1), GlobalAveragePool(), Flatten(), FullyConnected(2000), Output())
    verdict = verdict_of(analyse(design), target("microcontroller_256k"))
    assert (verdict.ram.fits, verdict.flash.fits, verdict.fits) == (Fits.YES, Fits.NO, Fits.NO)


def test_the_plan_of_a_makers_compiler_is_unknown_and_a_computer_has_room() -> None:
    analysis = analyse(two_maps(16))
    assert target("ethos_u65_256").planner is Planner.UNKNOWN
    assert verdict_of(analysis, target("ethos_u65_256")).fits is Fits.UNKNOWN
    assert verdict_of(analysis, target("raspberry_pi_5")).fits is Fits.YES


def test_the_first_gap_is_taken_largest_first_and_the_later_of_two_of_a_size() -> None:
    """By hand: b and c have one size, so c, the later, lies lowest; d fits beneath b only where nothing lives."""
    a, b, c, d = (Need((NodeId(name),), size, first, last) for name, size, first, last in (
        ("a", 10, 0, 1), ("b", 32, 1, 2), ("c", 32, 2, 3), ("d", 16, 3, 4),
    ))  # fmt: skip
    plan = placed([a, b, c, d])
    assert [buffer.offset for buffer in plan.buffers] == [0, 32, 0, 32]
    assert (plan.bytes, plan.live_bytes, plan.peak_step) == (64, 64, 2)
    assert plan.peak_path == ("c",)
    assert placed([]).bytes == 0


def test_nothing_that_lives_at_one_time_lies_in_one_place() -> None:
    plan = deployed_of(analyse(template("mobilenet_v2").build()), ElementType.INT8).placement
    for index, one in enumerate(plan.buffers):
        assert one.offset % 16 == one.bytes % 16 == 0
        for other in plan.buffers[index + 1 :]:
            meets = one.need.first <= other.need.last and other.need.first <= one.need.last
            assert not meets or one.end <= other.offset or other.end <= one.offset


def test_a_network_is_planned_within_three_milliseconds() -> None:
    needs = deployed_of(analyse(template("mobilenet_v2").build()), ElementType.INT8).needs
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        placed(needs)
        times.append(time.perf_counter() - begin)
    assert min(times) < 3e-3
