"""The article's ``make_bottleneck_block`` in numpy and SciPy, with TensorFlow's SAME padding; no torch here.

Layouts are TensorFlow's: pictures N×H×W×C, a 1×1 kernel C×C', a depthwise kernel k×k×C. The article's code:
1×1 convolution (with bias, as tf.layers.conv2d has by default) and ReLU6; depthwise without bias, SAME, and ReLU6; 1×1
convolution with bias; the input added.
"""

from __future__ import annotations

import numpy
from numpy.typing import NDArray
from scipy.signal import correlate

Array = NDArray[numpy.float64]


def same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Zeros before and after one axis, by TensorFlow's rule."""
    positions = int(numpy.ceil(size / stride))
    total = max((positions - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def relu6(x: Array) -> Array:
    """Clip to 0…6."""
    return numpy.clip(x, 0.0, 6.0)


def pointwise(x: Array, kernel: Array, bias: Array | None = None) -> Array:
    """A 1×1 convolution: at each position, channels times the kernel C×C'."""
    y = x @ kernel
    return y if bias is None else y + bias


def depthwise_same(x: Array, kernel: Array, stride: int = 1) -> Array:
    """Each channel of N×H×W×C correlated with its k×k kernel, padded by SAME, every stride-th position kept."""
    rows = same_padding(x.shape[1], kernel.shape[0], stride)
    columns = same_padding(x.shape[2], kernel.shape[1], stride)
    padded = numpy.pad(x, ((0, 0), rows, columns, (0, 0)))
    pictures = [
        numpy.stack(
            [correlate(picture[..., c], kernel[..., c], mode="valid", method="direct") for c in range(x.shape[3])],
            axis=-1,
        )
        for picture in padded
    ]
    return numpy.stack(pictures)[:, ::stride, ::stride, :]


def convolution_same(x: Array, kernel: Array, stride: int = 1) -> Array:
    """A full convolution of N×H×W×C with k×k×C×C', padded by SAME: each output channel a sum of depthwise ones."""
    return numpy.stack(
        [depthwise_same(x, kernel[..., out], stride).sum(axis=-1) for out in range(kernel.shape[3])], axis=-1
    )


def bottleneck_block(
    inputs: Array,
    expand: tuple[Array, Array | None],
    depthwise_kernel: Array,
    project: tuple[Array, Array | None],
) -> Array:
    """The article's block on N×H×W×C: expansion and projection as kernel C×C' and bias, the depthwise kernel k×k×tC."""
    hidden = relu6(pointwise(inputs, *expand))
    filtered = relu6(depthwise_same(hidden, depthwise_kernel))
    return inputs + pointwise(filtered, *project)
