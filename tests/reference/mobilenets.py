"""MobileNetV1 and V2 written by hand in torch, from the papers' tables; nothing of the package is used.

MobileNetV2 has its tensors in the order and under the names that torchvision's ``mobilenet_v2`` gives them
(``features.1.conv.0.0.weight`` …), so that a state dict of the one loads into the other.

Sources: Howard et al. 2017, arXiv 1704.04861, table 1; Sandler et al. 2018, arXiv 1801.04381, tables 1 and 2.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

V2_ROWS = (  # t, c, n, s: expansion, output channels, repeats, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)

V1_ROWS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))  # c, s


class SameConv2d(nn.Conv2d):
    """A convolution padded by TensorFlow's SAME: ceil(in / s) positions, the odd zero after rather than before."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pad, then convolve; N×C×H×W in."""
        pads: list[int] = []
        for axis in (1, 0):  # torch pads the last axis first
            size, step = x.shape[2 + axis], self.stride[axis]
            extent = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            positions = (size + step - 1) // step
            total = max(0, (positions - 1) * step + extent - size)
            pads += [total // 2, (total + 1) // 2]
        return functional.conv2d(
            functional.pad(x, pads), self.weight, self.bias, self.stride, 0, self.dilation, self.groups
        )


def nearest_multiple_of_8(channels: float) -> int:
    """The multiple of 8 nearest to a width-multiplied channel count, not below 8 and not below 90 % of it."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * channels else rounded + 8


def norm(channels: int, padding: str) -> nn.BatchNorm2d:
    """PyTorch's own, or with the eps of Keras' applications."""
    return nn.BatchNorm2d(channels, eps=1e-3 if padding == "tensorflow" else 1e-5)


def convolution(
    channels: int,
    out_channels: int,
    kernel: int,
    stride: int,
    groups: int,
    padding: str,
    activation: Callable[[], nn.Module],
) -> nn.Sequential:
    """Convolution, batch norm, activation."""
    made: nn.Conv2d
    if padding == "tensorflow":
        made = SameConv2d(channels, out_channels, kernel, stride, groups=groups, bias=False)
    else:
        made = nn.Conv2d(channels, out_channels, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    return nn.Sequential(made, norm(out_channels, padding), activation())


class InvertedResidual(nn.Module):
    """Expand, filter, project; add the input where nothing changed its shape."""

    def __init__(self, channels: int, out_channels: int, stride: int, expansion: int, padding: str) -> None:
        super().__init__()
        hidden = channels * expansion
        parts: list[nn.Module] = []
        if expansion != 1:
            parts.append(convolution(channels, hidden, 1, 1, 1, padding, nn.ReLU6))
        parts.append(convolution(hidden, hidden, 3, stride, hidden, padding, nn.ReLU6))
        parts += [nn.Conv2d(hidden, out_channels, 1, bias=False), norm(out_channels, padding)]
        self.conv = nn.Sequential(*parts)
        self.adds = stride == 1 and channels == out_channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N×C×H×W to N×C'×H'×W'."""
        y: torch.Tensor = self.conv(x)
        return x + y if self.adds else y


class MobileNetV2(nn.Module):
    """The network of the paper's table 2."""

    def __init__(self, width: float = 1.0, classes: int = 1000, padding: str = "torch") -> None:
        super().__init__()
        channels = nearest_multiple_of_8(32 * width)
        parts: list[nn.Module] = [convolution(3, channels, 3, 2, 1, padding, nn.ReLU6)]
        for expansion, base, repeats, stride in V2_ROWS:
            for repeat in range(repeats):
                out_channels = nearest_multiple_of_8(base * width)
                parts.append(InvertedResidual(channels, out_channels, stride if repeat == 0 else 1, expansion, padding))
                channels = out_channels
        last = nearest_multiple_of_8(1280 * max(1.0, width))
        parts.append(convolution(channels, last, 1, 1, 1, padding, nn.ReLU6))
        self.features = nn.Sequential(*parts)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N×3×H×W to N×classes."""
        x = self.features(x)
        x = functional.adaptive_avg_pool2d(x, 1)
        y: torch.Tensor = self.classifier(torch.flatten(x, 1))
        return y


class MobileNetV1(nn.Module):
    """The network of the first paper's table 1; widths multiply each channel count, without rounding to 8."""

    def __init__(self, width: float = 1.0, classes: int = 1000, padding: str = "torch") -> None:
        super().__init__()
        channels = int(32 * width)
        parts: list[nn.Module] = [convolution(3, channels, 3, 2, 1, padding, nn.ReLU)]
        for base, stride in V1_ROWS:
            out_channels = int(base * width)
            parts.append(convolution(channels, channels, 3, stride, channels, padding, nn.ReLU))
            parts.append(convolution(channels, out_channels, 1, 1, 1, padding, nn.ReLU))
            channels = out_channels
        self.features = nn.Sequential(*parts)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """N×3×H×W to N×classes."""
        x = functional.adaptive_avg_pool2d(self.features(x), 1)
        y: torch.Tensor = self.classifier(torch.flatten(x, 1))
        return y


def randomise(module: nn.Module, seed: int = 0) -> nn.Module:
    """Random weights that keep the signal's size through any depth, and batch norms that do something; in eval mode."""
    source = torch.Generator().manual_seed(seed)
    for name, tensor in module.state_dict().items():
        if tensor.dtype == torch.int64:
            continue
        if tensor.dim() > 1:  # a kernel: He's variance 2 / fan-in
            fan_in = tensor[0].numel()
            tensor.normal_(0.0, (2 / fan_in) ** 0.5, generator=source)
        elif name.endswith(("running_var", "weight")):
            tensor.uniform_(0.6, 1.5, generator=source)
        else:
            tensor.normal_(0.0, 0.2, generator=source)
    return module.eval()
