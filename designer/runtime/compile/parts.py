"""Modules that PyTorch has not, each as a person would write it; printed source carries their text."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DropPath(nn.Module):
    """While training, sets a picture's whole tensor to zero with probability p."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        kept = x.new_empty((x.shape[0], *[1] * (x.dim() - 1))).bernoulli_(1.0 - self.p)
        return x * kept / (1.0 - self.p)


class LayerScale(nn.Module):
    """Multiplies each channel by a trained number."""

    def __init__(self, channels: int, start: float = 1e-6, axis: int = 1) -> None:
        super().__init__()
        self.start = start
        self.axis = axis
        self.weight = nn.Parameter(torch.empty(channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.constant_(self.weight, self.start)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight.reshape(-1, *[1] * (x.dim() - 1 - self.axis))


class LayerNorm2d(nn.Module):
    """Normalises the channels of each position of N×C×H×W, then scales and shifts them."""

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.empty(channels))
        self.bias = nn.Parameter(torch.empty(channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.ones_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        last, shape = x.permute(0, 2, 3, 1), self.weight.shape
        norm = nn.functional.layer_norm
        return norm(last, shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)


class GlobalResponseNorm(nn.Module):
    """Weighs each channel of N×C×H×W by its norm against the mean of all norms."""

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.empty(channels))
        self.bias = nn.Parameter(torch.empty(channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.zeros_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        norm = (x * x).sum(dim=(2, 3), keepdim=True).sqrt()
        share = norm / (norm.mean(dim=1, keepdim=True) + self.eps)
        weight, bias = self.weight.reshape(-1, 1, 1), self.bias.reshape(-1, 1, 1)
        return x + weight * (x * share) + bias


class Slice(nn.Module):
    """Takes every so many positions of one dimension."""

    def __init__(self, axis: int, start: int, stop: int, step: int) -> None:
        super().__init__()
        self.axis = axis
        self.positions = slice(start, stop, step)

    def forward(self, x: Tensor) -> Tensor:
        return x[(*[slice(None)] * self.axis, self.positions)]
