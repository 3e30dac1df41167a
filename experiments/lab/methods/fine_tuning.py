"""Fine-tuning on few images: warm-up, cosine decay, early stopping, and a checkpoint after every epoch."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device

Inputs = Callable[[np.ndarray], Tensor]
"""Indices of images -> the network's input for them, [images, …]."""


@dataclass(frozen=True)
class Course:
    """Training schedule: number of epochs, early stopping, learning rate and weight decay."""

    epochs: int
    """Largest number of epochs."""
    patience: int
    """Epochs without a lower validation loss before training stops (early stopping; Prechelt 1998)."""
    warm_up: float = 1.0
    """Epochs over which the learning rate rises from zero (Goyal et al. 2017, section 2.2)."""
    decay: float = 0.01
    """Weight decay of AdamW (Loshchilov and Hutter 2019)."""
    batch: int = 16

    def rate(self, step: int, steps: int) -> float:
        """The fraction of the full learning rate at an update: a linear warm-up, then cosine decay to zero.

        Args:
            step: number of the update, from 0.
            steps: updates in an epoch.
        """
        rise, last = self.warm_up * steps, self.epochs * steps
        if step < rise:
            return (step + 1) / rise
        return (1 + math.cos(math.pi * (step - rise) / max(1, last - rise))) / 2


def fine_tune(
    model: nn.Module,
    groups: list[dict[str, Any]],
    augmented: Inputs,
    plain: Inputs,
    labels: np.ndarray,
    fit: np.ndarray,
    held_out: np.ndarray,
    course: Course,
    *,
    seed: int = 0,
    load: Callable[[], Mapping[str, Any] | None] = lambda: None,
    save: Callable[[Mapping[str, Any]], None] = lambda state: None,
    watch: Callable[[dict[str, float]], None] = lambda row: None,
) -> tuple[nn.Module, list[dict[str, float]]]:
    """Train with AdamW on the cross-entropy, and keep the weights of the epoch with the lowest validation loss.

    Args:
        model: changed in place. Only the parameters in `groups` are trained; all others are frozen.
        groups: parameter groups of AdamW, with "params" and "lr".
        augmented, plain: the network's inputs for training (augmented anew each time, from torch's global random state)
            and for evaluation.
        labels: class indices [images].
        fit, held_out: indices of the images to train on, and of the validation images, which decide when to stop.
        course: epochs, early stopping, learning rate schedule.
        seed: of the order, of augmentation and of dropout.
        load, save: the checkpoint after each epoch, from which training continues after a kill as if nothing had
            happened.
        watch: called with every new row of the learning curve.

    Returns:
        the network in evaluation mode with the weights of its best epoch, and its learning curve, a row for each epoch:
        "epoch", "train_loss" and "train_accuracy" (on augmented images, with dropout, during the epoch),
        "validation_loss", "validation_accuracy", "seconds".
    """
    device = best_device()
    model = model.to(device).to(memory_format=torch.channels_last).requires_grad_(False)
    free = [parameter for group in groups for parameter in group["params"]]
    for parameter in free:
        parameter.requires_grad_(True)
    steps = math.ceil(len(fit) / course.batch)
    optimiser = torch.optim.AdamW(groups, weight_decay=course.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: course.rate(step, steps))
    targets = torch.from_numpy(labels).long()
    curve: list[dict[str, float]] = []
    best: dict[str, Tensor] = {}
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        if (state := load()) is not None:
            kept = torch.load(io.BytesIO(np.asarray(state["state"]).tobytes()), weights_only=True)
            model.load_state_dict(kept["model"])
            optimiser.load_state_dict(kept["optimiser"])
            schedule.load_state_dict(kept["schedule"])
            torch.set_rng_state(kept["random"])
            best, curve = kept["best"], list(state["curve"])
        while len(curve) < course.epochs and len(curve) - _best_epoch(curve) < course.patience:
            begun, loss_sum, right = time.perf_counter(), 0.0, 0
            model.train()
            for chosen in torch.randperm(len(fit)).split(course.batch):
                images = fit[chosen.numpy()]
                answers = targets[images].to(device)
                scores = model(_given(augmented(images), device))
                loss = nn.functional.cross_entropy(scores, answers)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
                loss_sum += float(loss.detach()) * len(images)
                right += int((scores.argmax(1) == answers).sum())
            judged = scores_of(model, plain, held_out)
            held_loss = float(nn.functional.cross_entropy(judged, targets[held_out]))
            curve.append(
                {"epoch": len(curve) + 1, "train_loss": loss_sum / len(fit), "train_accuracy": right / len(fit)}
                | {"validation_loss": held_loss}
                | {"validation_accuracy": float((judged.argmax(1) == targets[held_out]).float().mean())}
                | {"seconds": round(time.perf_counter() - begun, 2)}
            )
            watch(curve[-1])
            if _best_epoch(curve) == len(curve):
                best = {name: value.detach().clone() for name, value in model.state_dict().items()}
            stored = io.BytesIO()
            torch.save(
                {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
                | {"random": torch.get_rng_state(), "best": best},
                stored,
            )
            save({"state": np.frombuffer(stored.getvalue(), np.uint8), "curve": curve})
    model.load_state_dict(best)
    return model.eval(), curve


def scores_of(model: nn.Module, plain: Inputs, images: np.ndarray, batch: int = 64) -> Tensor:
    """Scores float32 [images, classes] on the CPU, of the network in evaluation mode.

    Args:
        model: the network.
        plain: indices -> network inputs.
        images: indices of the images.
        batch: images processed at a time.
    """
    device = next(model.parameters()).device
    model.eval()
    with torch.inference_mode():
        parts = [images[i : i + batch] for i in range(0, len(images), batch)]
        return torch.cat([model(_given(plain(part), device)).cpu() for part in parts])


def _given(inputs: Tensor, device: torch.device) -> Tensor:
    return inputs.to(device).contiguous(memory_format=torch.channels_last)


def _best_epoch(curve: list[dict[str, float]]) -> int:
    """The epoch, from 1, with the lowest validation loss; 0 before the first."""
    return 1 + min(range(len(curve)), key=lambda i: curve[i]["validation_loss"]) if curve else 0
