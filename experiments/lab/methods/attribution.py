"""Which pixels a score depends on: the lab's saliency map, and captum's versions of its successors.

All take `model` (images -> scores, each row for itself), network inputs [images, 3, side, side] and class indices
[images], and return maps float32 [images, side, side], not negative: the larger, the more the score of that class
depends on the pixel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BATCH = 25


def gradient(model: nn.Module, images: Tensor, classes: Tensor) -> Tensor:
    """|∂f_y / ∂x|, the largest of the three channels (Simonyan, Vedaldi and Zisserman 2014, section 3.1)."""
    found = []
    for part, chosen in zip(images.split(BATCH), classes.split(BATCH), strict=True):
        inputs = part.detach().clone(memory_format=torch.preserve_format).requires_grad_()
        scores = model(inputs).gather(1, chosen.view(-1, 1)).sum()  # rows do not mix: each row gets its own gradient
        found.append(_strength(torch.autograd.grad(scores, inputs)[0]))
    return torch.cat(found)


def smoothgrad(
    model: nn.Module, images: Tensor, classes: Tensor, *, samples: int = 20, noise: float = 0.15, seed: int = 0
) -> Tensor:
    """The mean of the gradients at `samples` noisy copies of the image (Smilkov et al. 2017), then as `gradient`.

    Args:
        noise: standard deviation of the noise, as a share of the range of the images' values.
        seed: of the noise.
    """
    from captum.attr import NoiseTunnel, Saliency

    each, found = max(1, BATCH // 5), []
    deviation = noise * (images.max() - images.min()).item()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for part, chosen in zip(images.split(each), classes.split(each), strict=True):
            tunnel = NoiseTunnel(Saliency(model))
            found.append(
                tunnel.attribute(
                    part,
                    nt_type="smoothgrad",
                    nt_samples=samples,
                    nt_samples_batch_size=5,
                    stdevs=deviation,
                    target=chosen,
                    abs=False,
                )
            )
    return _strength(torch.cat(found).detach())


def integrated_gradients(model: nn.Module, images: Tensor, classes: Tensor, *, steps: int = 24) -> Tensor:
    """The image's difference from ImageNet's mean colour times the mean gradient on the way there, summed over channels
    (Sundararajan, Taly and Yan 2017); the amount, without its sign.

    Args:
        steps: points of the Gauss-Legendre rule that stands for the integral.
    """
    from captum.attr import IntegratedGradients

    found = [
        IntegratedGradients(model).attribute(part, target=chosen, n_steps=steps, internal_batch_size=BATCH)
        for part, chosen in zip(images.split(BATCH), classes.split(BATCH), strict=True)
    ]
    return torch.cat(found).detach().sum(1).abs().float()


def grad_cam(model: nn.Module, images: Tensor, classes: Tensor, layer: nn.Module) -> Tensor:
    """Maps of `layer`, weighted by their mean gradients and summed; what is positive, enlarged bilinearly (Selvaraju et
    al. 2017).
    """
    from captum.attr import LayerAttribution, LayerGradCam

    found = []
    for part, chosen in zip(images.split(BATCH), classes.split(BATCH), strict=True):
        coarse = LayerGradCam(model, layer).attribute(part, target=chosen, relu_attributions=True)
        fine = LayerAttribution.interpolate(coarse, tuple(part.shape[2:]), interpolate_mode="bilinear")
        found.append(fine[:, 0].detach())
    return torch.cat(found)


def last_maps(model: nn.Module) -> nn.Module:
    """The layer before the global pooling: where Grad-CAM is usually taken.

    Raises:
        ValueError: the network keeps it under a name that is not known here.
    """
    for name in ("features", "layer4", "_bn1"):
        if isinstance(layer := getattr(model, name, None), nn.Module):
            return layer
    raise ValueError(f"{type(model).__name__}: where its last maps are is not known")


def _strength(gradients: Tensor) -> Tensor:
    return gradients.abs().amax(1)
