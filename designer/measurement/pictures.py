"""How pictures of a folder become what a network reads."""

from __future__ import annotations

from enum import Enum


class Normalisation(Enum):
    """How the pixels of a picture, 0 to 255, become what a network reads."""

    IMAGENET = "imagenet"
    MINUS_ONE_TO_ONE = "minus_one_to_one"
    ZERO_TO_ONE = "zero_to_one"

    @property
    def title(self) -> str:
        """The words on screen."""
        return {
            Normalisation.IMAGENET: "ImageNet's mean and deviation",
            Normalisation.MINUS_ONE_TO_ONE: "−1 to 1",
            Normalisation.ZERO_TO_ONE: "0 to 1",
        }[self]
