"""One run of a design: what came out of it."""

from __future__ import annotations

import json

import pytest

from designer.errors import JobFailed
from designer.runtime.compile.smoke_run import smoke_run
from designer.templates.networks import template

pytestmark = pytest.mark.torch


def test_tells_what_went_in_and_came_out() -> None:
    design = template("mobilenet_v1").build(width=0.25, resolution=64, classes=5)
    report = smoke_run(design, batch=2)
    assert report.input_shapes == ((2, 3, 64, 64),)
    assert report.output_shapes == ((2, 5),)
    assert report.is_finite
    assert report.digest == design.digest
    assert json.loads(json.dumps(report.to_data()))["output_shapes"] == [[2, 5]]


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(JobFailed, match="there is no device 'npu'"):
        smoke_run(template("bottleneck").build(), device="npu")
