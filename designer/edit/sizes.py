"""Sizes of what stands on the canvas, in its units: the layout's, the router's and the painter's one source."""

from __future__ import annotations

CARD_WIDTH = 136.0
CARD_HEIGHT = 72.0
GAP_X = 48.0
GAP_Y = 40.0
ROW_GAP = 80.0
GRID = 8.0

STEP_X = CARD_WIDTH + GAP_X
STEP_Y = CARD_HEIGHT + GAP_Y
