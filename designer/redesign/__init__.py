"""Edits that designers repeat, each of which asks what shapes are: widths, strides, scale, kinds of block."""
