"""DeepFool: a small adversarial perturbation, by linearising the decision boundaries (Moosavi-Dezfooli et al. 2016)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def deepfool(
    model: nn.Module, images: Tensor, *, candidates: int = 10, overshoot: float = 0.02, limit: int = 50
) -> tuple[Tensor, Tensor]:
    """Approximately the smallest perturbation that changes the predicted class.

    In each step the network is linearised. The boundary between the predicted class 0 and another class k is then at
    the distance |f_k − f_0| / ‖∇f_k − ∇f_0‖, and the step goes to the nearest boundary (algorithm 2 of the paper).

        adversarial, steps = deepfool(model, images)
        (model(adversarial).argmax(1) != model(images).argmax(1)).all()

    Args:
        model: images -> scores [rows, classes], each row independent of the others.
        images: [rows, 3, side, side].
        candidates: number of classes considered, those with the highest scores at the start.
        overshoot: fraction by which the perturbation is lengthened, to end behind the boundary and not on it.
        limit: largest number of steps.

    Returns:
        the perturbed images, and the number of steps for each [rows].
    """
    rows = len(images)
    with torch.no_grad():
        classes = model(images).topk(candidates, dim=1).indices
    change, steps = torch.zeros_like(images), torch.zeros(rows, dtype=torch.long, device=images.device)
    active = torch.arange(rows, device=images.device)
    for _ in range(limit):
        moved = (images[active] + (1 + overshoot) * change[active]).requires_grad_()
        scores = model(moved)
        held = scores.argmax(1) == classes[active, 0]
        if not held.any():
            break
        active, chosen = active[held], scores[held].gather(1, classes[active[held]])
        gradients = torch.stack(
            [torch.autograd.grad(chosen[:, k].sum(), moved, retain_graph=True)[0][held] for k in range(candidates)], 1
        )
        normal = gradients[:, 1:] - gradients[:, :1]
        gap = (chosen[:, 1:] - chosen[:, :1]).detach().abs()
        length = normal.flatten(2).norm(dim=2).clamp_min(1e-12)
        nearest = (gap / length).argmin(1)
        row = torch.arange(len(active), device=images.device)
        size = (gap[row, nearest] + 1e-6) / length[row, nearest] ** 2
        change[active] += size.view(-1, 1, 1, 1) * normal[row, nearest]
        steps[active] += 1
    return images + (1 + overshoot) * change, steps
