"""Saliency maps: which pixels a class score depends on, by the lab's gradient and by its successors (with captum).

All functions take `model` (images -> scores, each row independent of the others), network inputs [images, 3, side,
side] and class indices [images]. They return non-negative maps float32 [images, side, side]: the larger a value, the
more the score of that class depends on the pixel.

    maps = gradient(model, images, model(images).argmax(1))
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

BATCH = 25


def gradient(model: nn.Module, images: Tensor, classes: Tensor) -> Tensor:
    """The lab's saliency map: |∂f_y / ∂x|, the maximum over channels (Simonyan et al. 2014, section 3.1)."""
    found = []
    for part, chosen in zip(images.split(BATCH), classes.split(BATCH), strict=True):
        inputs = part.detach().clone(memory_format=torch.preserve_format).requires_grad_()
        scores = model(inputs).gather(1, chosen.view(-1, 1)).sum()  # rows do not mix: each row gets its own gradient
        found.append(_strength(torch.autograd.grad(scores, inputs)[0]))
    return torch.cat(found)


def smoothgrad(
    model: nn.Module, images: Tensor, classes: Tensor, *, samples: int = 20, noise: float = 0.15, seed: int = 0
) -> Tensor:
    """SmoothGrad (Smilkov et al. 2017): the gradient averaged over noisy copies of the image, then as in `gradient`.

    Args:
        model, images, classes: see the module.
        samples: noisy copies of each image.
        noise: standard deviation of the noise, as a fraction of the range of the images' values.
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
    """Integrated gradients (Sundararajan, Taly and Yan 2017), summed over channels, without sign.

    The gradient is averaged on the straight path from a baseline, an image of ImageNet's mean colour, to the image, and
    multiplied by the difference of the two.

    Args:
        model, images, classes: see the module.
        steps: points of the Gauss-Legendre rule that approximates the integral.
    """
    from captum.attr import IntegratedGradients

    found = [
        IntegratedGradients(model).attribute(part, target=chosen, n_steps=steps, internal_batch_size=BATCH)
        for part, chosen in zip(images.split(BATCH), classes.split(BATCH), strict=True)
    ]
    return torch.cat(found).detach().sum(1).abs().float()


def grad_cam(model: nn.Module, images: Tensor, classes: Tensor, layer: nn.Module) -> Tensor:
    """Grad-CAM (Selvaraju et al. 2017): feature maps weighted by their mean gradients and summed.

    Negative values are set to zero, and the map is upsampled bilinearly to the size of the image.

    Args:
        model, images, classes: see the module.
        layer: whose feature maps are taken; see `last_maps`.
    """
    from captum.attr import LayerAttribution, LayerGradCam

    found = []
    for part, chosen in zip(images.split(BATCH), classes.split(BATCH), strict=True):
        coarse = LayerGradCam(model, layer).attribute(part, target=chosen, relu_attributions=True)
        fine = LayerAttribution.interpolate(coarse, tuple(part.shape[2:]), interpolate_mode="bilinear")
        found.append(fine[:, 0].detach())
    return torch.cat(found)


def last_maps(model: nn.Module) -> nn.Module:
    """The layer before global pooling: where Grad-CAM is usually taken.

    Raises:
        ValueError: the network has this layer under a name that is not known here.
    """
    for name in ("features", "layer4", "_bn1"):
        if isinstance(layer := getattr(model, name, None), nn.Module):
            return layer
    raise ValueError(f"{type(model).__name__}: where its last maps are is not known")


def _strength(gradients: Tensor) -> Tensor:
    return gradients.abs().amax(1)
