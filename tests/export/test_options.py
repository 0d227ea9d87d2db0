"""Option sets: from JSON, from a person's texts, and refusals in words."""

from __future__ import annotations

import pytest

from designer.errors import ParameterError
from designer.export.options import Int8Options, OnnxOptions, Precision, SourceOptions


def test_texts_and_data_give_the_same_options() -> None:
    typed = OnnxOptions.from_texts({"opset": "13", "dynamic_batch": "off", "precision": "float16"})
    sent = OnnxOptions.from_data({"opset": 13, "dynamic_batch": False, "precision": "float16"})
    assert typed == sent == OnnxOptions(opset=13, dynamic_batch=False, precision=Precision.FLOAT16)
    assert sent.to_data()["precision"] == "float16"
    assert Int8Options.from_texts({"calibration": "pictures"}).calibration == "pictures"


def test_an_option_sets_the_one_it_needs() -> None:
    assert OnnxOptions.from_texts({"batch": "4"}) == OnnxOptions(dynamic_batch=False, batch=4)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: OnnxOptions(opset=9), "opset: 9 is out of range; it takes 11 to 21"),
        (lambda: Int8Options(opset=11), "opset: 11 is out of range; it takes 13 to 21"),
        (lambda: OnnxOptions.from_data({"opsett": 9}), r"no such option \(did you mean 'opset'\?\)"),
        (lambda: OnnxOptions.from_data({"dynamic_batch": 1}), "neither true nor false"),
        (lambda: OnnxOptions.from_texts({"precision": "float8"}), "'float8' is not one of float32, float16"),
        (lambda: OnnxOptions.from_texts({"batch": "4", "dynamic_batch": "on"}), "batch: it means nothing with dynamic"),
        (lambda: SourceOptions.from_data({"opset": 13}), "no such option; there is none"),
        (lambda: Int8Options.from_data({"calibration": 3}), "3 is no path"),
    ],
)
def test_what_does_not_suit_is_refused(make, reason: str) -> None:
    with pytest.raises(ParameterError, match=reason):
        make()
