"""Templates beside the published networks that they are: which module, and which settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.published_networks import timm, torchvision_models


@dataclass(frozen=True)
class Published:
    """A template with the network that it is.

    Attributes:
        key: The template.
        settings: Its settings.
        make: The published module, with fresh weights.
        side: Height and width of the input.
    """

    key: str
    settings: dict[str, Any]
    make: Callable[[], Any]
    side: int = 224

    def __str__(self) -> str:
        return "-".join([self.key, *map(str, self.settings.values())])


def _torchvision(name: str, **options: Any) -> Callable[[], Any]:
    def make() -> Any:
        return getattr(torchvision_models(), name)(weights=None, **options)

    return make


def _timm(name: str) -> Callable[[], Any]:
    return lambda: timm().create_model(name, pretrained=False)


PUBLISHED = [
    Published("mobilenet_v3", {"variant": "large"}, _torchvision("mobilenet_v3_large")),
    Published("mobilenet_v3", {"variant": "small"}, _torchvision("mobilenet_v3_small")),
    Published("mobilenet_v3", {"variant": "large", "width": 0.75}, _torchvision("mobilenet_v3_large", width_mult=0.75)),
    Published("mobilenet_v4", {"variant": "small"}, _timm("mobilenetv4_conv_small")),
    Published("mobilenet_v4", {"variant": "medium"}, _timm("mobilenetv4_conv_medium")),
    Published("mobilenet_v4", {"variant": "large"}, _timm("mobilenetv4_conv_large")),
    Published("mobilenet_v4", {"variant": "small", "width": 0.5}, _timm("mobilenetv4_conv_small_050")),
    Published("mnasnet", {}, _torchvision("mnasnet1_0")),
    Published("mnasnet", {"width": 0.75}, _torchvision("mnasnet0_75")),
    *(
        Published("efficientnet", {"variant": f"b{index}"}, _torchvision(f"efficientnet_b{index}"), side)
        for index, side in enumerate((224, 240, 260, 300))
    ),
    *(
        Published("efficientnet_lite", {"variant": f"lite{index}"}, _timm(f"efficientnet_lite{index}"), side)
        for index, side in enumerate((224, 240, 260, 280, 300))
    ),
    *(
        Published("resnet", {"variant": variant}, _torchvision(name))
        for variant, name in (
            ("resnet18", "resnet18"),
            ("resnet34", "resnet34"),
            ("resnet50", "resnet50"),
            ("resnext50", "resnext50_32x4d"),
        )
    ),
    Published("regnet", {}, _timm("regnetx_002")),
    Published("squeezenet", {}, _torchvision("squeezenet1_1")),
    Published("densenet", {}, _torchvision("densenet121")),
    Published("convnext", {}, _timm("convnext_atto")),
    *(
        Published("shufflenet_v2", {"variant": size}, _torchvision(f"shufflenet_v2_x{size.replace('.', '_')}"))
        for size in ("0.5", "1.0", "1.5", "2.0")
    ),
    Published("ghostnet", {"variant": "v1"}, _timm("ghostnet_100")),
    Published("ghostnet", {"variant": "v2"}, _timm("ghostnetv2_100")),
    Published("ghostnet", {"variant": "v1", "width": 0.5}, _timm("ghostnet_050")),
    Published("ghostnet", {"variant": "v2", "width": 1.3}, _timm("ghostnetv2_130")),
    Published("efficientvit", {}, _timm("efficientvit_b0")),
    Published("fasternet", {"variant": "t0"}, _timm("fasternet_t0")),
    *(Published("repvgg", {"variant": size}, _timm(f"repvgg_{size}")) for size in ("a0", "a1", "a2")),
    *(Published("mobileone", {"variant": size}, _timm(f"mobileone_{size}")) for size in ("s0", "s1", "s2", "s3")),
    Published("fasternet", {"variant": "t1"}, _timm("fasternet_t1")),
]
