"""Every kind of problem that a design can have, as one stable word each.

Layers and operations name one when they refuse what reaches them, the rules when a design is at fault; fixes are looked
up by it. Each has a faulty design and its fixed twin in the tests.
"""

from __future__ import annotations

from enum import StrEnum


class IssueCode(StrEnum):
    """The kind of a problem."""

    # Of nodes and wires
    EMPTY = "empty"
    NO_INPUT = "no-input"
    NO_OUTPUT = "no-output"
    UNCONNECTED = "unconnected"
    DEAD_END = "dead-end"

    # Of a layer and what reaches it
    NEEDS_MAP = "needs-map"
    NEEDS_VECTOR = "needs-vector"
    NEEDS_SEQUENCE = "needs-sequence"
    SHAPES_DIFFER = "shapes-differ"
    SIDES_DIFFER = "sides-differ"
    MATRICES_DIFFER = "matrices-differ"
    GROUPS = "groups"
    WINDOW_TOO_LARGE = "window-too-large"
    PADDING_TOO_LARGE = "padding-too-large"
    EVEN_SYMMETRIC = "even-symmetric"
    EVEN_SIZE = "even-size"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    RESHAPE = "reshape"
    PERMUTE = "permute"
    SQUEEZE = "squeeze"
    SPLIT = "split"
    SLICE = "slice"
    MEAN = "mean"
    SOFTMAX = "softmax"
    OPAQUE_SHAPE = "opaque-shape"

    # Of a layer by itself
    BOUNDS = "bounds"
    PARAMETERS = "parameters"
    UNKNOWN_LAYER = "unknown-layer"

    # Of a target, where one was chosen
    TARGET_MEMORY = "target-memory"
    TARGET_WEIGHTS = "target-weights"
    TARGET_OPERATOR = "target-operator"
    TARGET_CHANNELS = "target-channels"
    TARGET_PADDING = "target-padding"
