"""Class images by activation maximisation: the input that maximises a class score (Simonyan et al. 2014, section 2).

A step asks for no number: the probabilities are collected where they are computed, and on a GPU a step is a CUDA graph
(`experiments.lab.methods.cuda_graph`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from experiments.lab.methods.cuda_graph import GraphedIteration
from experiments.lab.nets.frozen import pixel_bounds


class Ascent:
    """Gradient ascent on f_y(x) − λ ‖x‖² with steps of fixed length, x ← x + η g / ‖g‖₂; one trajectory for each row.

    Two regularisations are from Yosinski et al. 2015 and Mordvintsev et al. 2015. Each step is taken on an image that
    is shifted cyclically by up to `jitter` pixels, and shifted back afterwards; and every `blur_every` steps the image
    is blurred a little. After each step, values are clipped to those of pixels. The shifts are the same in all rows, so
    that each row is what it would be alone.

        ascent = Ascent(model, start, targets, rate=rate, l2=l2, steps=500)
        for _ in range(500):
            ascent.step()
        ascent.images, ascent.probabilities()[-1]

    Args:
        model: images -> class scores [rows, classes], each row independent of the others. On a GPU it must wait for no
            number, as one from `for_class_gradients` does.
        images: where to start, network inputs float32 [rows, 3, height, width], on the model's device.
        targets: y, class indices [rows], there, too.
        rate: η, the Euclidean length of a step, positive [rows].
        l2: λ, not negative [rows].
        steps: the largest number of steps.
        jitter: largest shift, in pixels.
        blur_every: steps from one blur to the next.
        sigma: of the blur, in pixels.
        seed: of the shifts; that of a step depends on nothing else.
        graphed: False to launch every kernel of a step by itself, also on a GPU.
    """

    def __init__(
        self,
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
        graphed: bool = True,
    ) -> None:
        self.images, self.taken = images.clone(), 0
        shifts = torch.randint(-jitter, jitter + 1, (steps, 2), generator=torch.Generator().manual_seed(seed))
        self._shifts, self._blur_every, self._sigma = shifts.to(images.device), blur_every, sigma
        update = _Update(model, self.images, targets, rate, l2)
        self._iteration = GraphedIteration(update, images.device, graphed)

    def step(self) -> None:
        """Take the next step, in all rows; `images` change where they are, and `taken` counts it."""
        self._iteration(shift=self._shifts[self.taken])
        if self.taken % self._blur_every == 0:
            self.images.copy_(gaussian_blur(self.images, [5, 5], [self._sigma, self._sigma]))
        self.taken += 1

    def probabilities(self) -> np.ndarray:
        """Those of the targets before each step so far, for the shifted images: float32 [steps, rows].

        This waits for a GPU.
        """
        empty = np.empty((0, len(self.images)), np.float32)
        return self._iteration.collected().get("probability", empty)

    def state(self) -> dict[str, Any]:
        """What the next steps depend on, and the `probabilities`, for a checkpoint."""
        images = self.images.cpu().numpy().copy()
        return {"images": images, "taken": self.taken, "probability": self.probabilities()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from a `state`, as if nothing had happened since."""
        self.images.copy_(torch.from_numpy(state["images"]))
        self.taken = state["taken"]
        self._iteration.restore({"probability": state["probability"]})


class _Update:
    """One step without blur; a CUDA graph can repeat it, because images and shift are tensors that stay where they are.

    Called with the shift [2], downwards and to the right.
    """

    def __init__(self, model: nn.Module, images: Tensor, targets: Tensor, rate: Tensor, l2: Tensor) -> None:
        self._model, self._images, self._targets = model, images, targets.view(-1, 1)
        self._rate, self._l2 = (value.to(images).view(-1, 1, 1, 1) for value in (rate, l2))
        self._low, self._high = (bound.to(images) for bound in pixel_bounds())

    def __call__(self, shift: Tensor) -> dict[str, Tensor]:
        moved = self._shifted(self._images, shift).requires_grad_()
        scores = self._model(moved)
        # Rows do not mix, so the gradient of the sum holds each row's own.
        chosen = scores.gather(1, self._targets).sum()
        gradient = torch.autograd.grad(chosen, moved)[0] - 2 * self._l2 * moved.detach()
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)
        moved = moved.detach() + self._rate * gradient / length
        self._images.copy_(torch.clamp(self._shifted(moved, -shift), self._low, self._high))
        return {"probability": scores.detach().softmax(1).gather(1, self._targets)[:, 0]}

    def _shifted(self, images: Tensor, shift: Tensor) -> Tensor:
        """`roll` is faster on a CPU, but takes numbers: a graph would repeat those of its capture."""
        return images.roll(shift.tolist(), (2, 3)) if images.device.type == "cpu" else rolled(images, shift)


def rolled(images: Tensor, shift: Tensor) -> Tensor:
    """Images [rows, 3, height, width] shifted cyclically by a tensor [2]: pixels downwards, and to the right.

    `torch.roll` would need numbers; a CUDA graph reads the tensor anew whenever it is replayed. The copy is stored
    channels-last.

        rolled(images, torch.tensor([2, -1]))    # images.roll((2, -1), (2, 3))
    """
    down, right = (
        (torch.arange(length, device=images.device) - by) % length
        for length, by in zip(images.shape[2:], shift, strict=True)
    )
    return images.permute(0, 2, 3, 1)[:, down[:, None], right].permute(0, 3, 1, 2)
