"""Class images by activation maximisation: the input that maximises a class score (Simonyan et al. 2014, section 2)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from experiments.lab.nets.frozen import pixel_bounds


def ascend(
    model: nn.Module,
    images: Tensor,
    targets: Tensor,
    *,
    rate: Tensor,
    l2: Tensor,
    steps: int,
    jitter: int = 16,
    blur_every: int = 10,
    sigma: float = 0.5,
    seed: int = 0,
    first: int = 0,
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Gradient ascent on f_y(x) − λ ‖x‖² with steps of fixed length, x ← x + η g / ‖g‖₂; one trajectory for each row.

    Two regularisations are from Yosinski et al. 2015 and Mordvintsev et al. 2015. Each step is taken on an image that
    is shifted cyclically by up to `jitter` pixels, and shifted back afterwards; and every `blur_every` steps the image
    is blurred a little. After each step, values are clipped to those of pixels. The shifts are the same in all rows, so
    that each row is what it would be alone.

        for step, images, scores in ascend(model, start, targets, rate=rate, l2=l2, steps=500):
            ...

    Args:
        model: images -> class scores [rows, classes], each row independent of the others.
        images: where to start, network inputs float32 [rows, 3, side, side], on the model's device.
        targets: y, class indices [rows].
        rate: η, the Euclidean length of a step, positive [rows].
        l2: λ, not negative [rows].
        steps: number of steps.
        jitter: largest shift, in pixels.
        blur_every: steps from one blur to the next.
        sigma: of the blur, in pixels.
        seed: of the shifts.
        first: steps that have been taken before; the shifts continue from there.

    Yields:
        the number of steps taken, the images after it, and the class scores [rows, classes] of the shifted images
        before it.
    """
    low, high = (bound.to(images) for bound in pixel_bounds())
    shifts = torch.randint(-jitter, jitter + 1, (steps, 2), generator=torch.Generator().manual_seed(seed)).tolist()
    rate, l2 = (value.to(images).view(-1, 1, 1, 1) for value in (rate, l2))
    for step in range(first, steps):
        down, across = shifts[step]
        moved = images.roll((down, across), (2, 3)).requires_grad_()
        scores = model(moved)
        # Rows do not mix, so the gradient of the sum holds each row's own.
        chosen = scores.gather(1, targets.view(-1, 1)).sum()
        gradient = torch.autograd.grad(chosen, moved)[0] - 2 * l2 * moved.detach()
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
        moved = moved.detach() + rate * gradient / length
        images = torch.clamp(moved.roll((-down, -across), (2, 3)), low, high)
        if step % blur_every == 0:
            images = gaussian_blur(images, [5, 5], [sigma, sigma])
        yield step + 1, images, scores.detach()
