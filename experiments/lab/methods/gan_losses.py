"""The objectives of a GAN (Goodfellow et al. 2014, section 3) as functions of the discriminator's logit.

With D = sigmoid(logit), −log D = softplus(−logit) and −log(1 − D) = softplus(logit), which is exact even where D is
near 0 or 1.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn.functional import softplus

GeneratorLoss = Literal["non-saturating", "minimax"]


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The loss that D minimises: −mean log D(x) − mean log(1 − D(G(z))).

    Args:
        real, fake: logits [images] of real and of generated images.
    """
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake: Tensor, kind: GeneratorLoss = "non-saturating") -> Tensor:
    """The loss that G minimises: −mean log D(G(z)), or in the minimax game mean log(1 − D(G(z))).

    Args:
        fake: logits [images] of generated images.
        kind: "non-saturating" or "minimax".

    Raises:
        ValueError: another kind.
    """
    if kind == "non-saturating":
        return softplus(-fake).mean()
    if kind == "minimax":
        return -softplus(fake).mean()
    raise ValueError(f"the generator's loss is 'non-saturating' or 'minimax', not {kind!r}")
