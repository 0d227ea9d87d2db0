"""Sizes of what stands on the canvas, in its units: the layout's, the router's and the painter's one source."""

from __future__ import annotations

CARD_WIDTH = 160.0
CARD_HEIGHT = 96.0
GAP_X = 72.0
"""A wire's label stands in it."""
GAP_Y = 48.0
ROW_GAP = 96.0
GRID = 8.0

TITLE_TYPE, WORDS_TYPE, DETAILS_TYPE = 16, 14, 13
"""Heights of a card's letters: its title, its parameters, its figures; what stands on wires is as high as figures."""

STEP_X = CARD_WIDTH + GAP_X
STEP_Y = CARD_HEIGHT + GAP_Y

SCREEN_WIDTH, SCREEN_HEIGHT = 1190.0, 980.0
"""What a window of 1600 by 1000 pixels shows of the canvas at 90 %, less the margin around a drawing."""
