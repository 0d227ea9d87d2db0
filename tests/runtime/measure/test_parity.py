"""How far outputs may be apart, and what is said where they are further."""

from __future__ import annotations

import pytest
import torch

from designer.errors import WrongOutputs
from designer.runtime.measure.parity import TOLERANCE, parity

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("dtype", list(TOLERANCE))
def test_up_to_the_share_of_the_largest_output_passes(dtype: str) -> None:
    expected = torch.tensor([-8.0, 1.0])
    share = TOLERANCE[dtype]
    found = parity("B", [expected], [expected + torch.tensor([0.0, 7.9 * share])], dtype)
    assert found.allowed == pytest.approx(8 * share)
    assert found.max_abs_difference == pytest.approx(7.9 * share, rel=1e-3)
    with pytest.raises(WrongOutputs, match=rf"outputs differ by .* at outputs up to 8 in {dtype}; not timed"):
        parity("B", [expected], [expected + torch.tensor([0.0, 8.1 * share])], dtype)


def test_other_shapes_numbers_of_outputs_and_no_numbers_are_refused() -> None:
    one = torch.ones(2, 3)
    with pytest.raises(WrongOutputs, match=r"gives outputs of \[\(3, 2\)\], and the eager module gives \[\(2, 3\)\]"):
        parity("B", [one], [one.T], "float32")
    with pytest.raises(WrongOutputs, match="gives outputs of"):
        parity("B", [one, one], [one], "float32")
    with pytest.raises(WrongOutputs):
        parity("B", [one, one], [one, one * float("nan")], "float32")
    with pytest.raises(WrongOutputs):
        parity("B", [one], [one * float("inf")], "bfloat16")


def test_tensor_cores_may_round_more_than_a_cpu() -> None:
    one, off = torch.ones(1), torch.ones(1) * 1.005
    with pytest.raises(WrongOutputs):
        parity("B", [one], [off], "float32")
    assert parity("B", [one], [off], "float32", "cuda").allowed == pytest.approx(1e-2)
