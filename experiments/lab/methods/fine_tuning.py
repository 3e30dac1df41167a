"""Fine-tuning on few images: warm-up, cosine decay, early stopping, and a checkpoint after every epoch.

An update asks for no number: losses are collected where they are computed, and on a GPU it is a CUDA graph
(`experiments.lab.methods.cuda_graph`). Images lie on the device and are cut there.
"""

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
from experiments.lab.methods.cuda_graph import GraphedIteration
from experiments.lab.methods.memory import PeakMemory

Inputs = Callable[[Tensor], Tensor]
"""Indices of images, on the device -> the network's input for them, there, too: [images, …]."""


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
    graphed: bool = True,
    load: Callable[[], Mapping[str, Any] | None] = lambda: None,
    save: Callable[[Mapping[str, Any]], None] = lambda state: None,
    watch: Callable[[dict[str, float]], None] = lambda row: None,
) -> tuple[nn.Module, list[dict[str, float]]]:
    """Train with AdamW on the cross-entropy, and keep the weights of the epoch with the lowest validation loss.

    Args:
        model: changed in place. Only the parameters in `groups` are trained; all others are frozen.
        groups: parameter groups of AdamW, with "params" and "lr".
        augmented, plain: the network's inputs for training (augmented anew each time, from the device's global random
            state) and for evaluation.
        labels: class indices [images].
        fit, held_out: indices of the images to train on, and of the validation images, which decide when to stop. An
            epoch has as many full batches as there are; images that are left over wait for another epoch's order.
        course: epochs, early stopping, learning rate schedule.
        seed: of the order, of augmentation and of dropout.
        graphed: False to launch every kernel, also on a GPU.
        load, save: the checkpoint after each epoch, from which training continues after a kill as if nothing had
            happened.
        watch: called with every new row of the learning curve.

    Returns:
        the network in evaluation mode with the weights of its best epoch, and its learning curve, a row for each epoch:
        "epoch", "train_loss" and "train_accuracy" (on augmented images, with dropout, during the epoch),
        "validation_loss", "validation_accuracy", "seconds" (with validation), "memory" (peak resident memory of this
        process during the updates, in bytes).
    """
    device = best_device()
    model = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    targets, batch = torch.from_numpy(labels).long().to(device), min(course.batch, len(fit))
    steps = len(fit) // batch
    update = _Update(model, groups, augmented, targets, course.decay)
    repeated = GraphedIteration(update, device, graphed)
    curve: list[dict[str, float]] = []
    best: dict[str, Tensor] = {}
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        if (state := load()) is not None:
            kept = torch.load(io.BytesIO(np.asarray(state["state"]).tobytes()), weights_only=True)
            model.load_state_dict(kept["model"])
            update.load_state_dict(kept["optimizer"])
            _set_random_state(kept["random"], device)
            best, curve = kept["best"], list(state["curve"])
        while len(curve) < course.epochs and len(curve) - _best_epoch(curve) < course.patience:
            begun = time.perf_counter()
            model.train()
            with PeakMemory() as peak:
                order = torch.from_numpy(fit)[torch.randperm(len(fit))][: steps * batch]
                for step, chosen in enumerate(order.split(batch), len(curve) * steps):
                    repeated(chosen=chosen, rate=torch.tensor(course.rate(step, steps)))
                means = {name: float(values[-steps:].mean()) for name, values in repeated.collected().items()}
            judged = scores_of(model, plain, held_out)
            held_loss = float(nn.functional.cross_entropy(judged, targets[held_out].cpu()))
            curve.append(
                {"epoch": len(curve) + 1, "train_loss": means["loss"], "train_accuracy": means["accuracy"]}
                | {"validation_loss": held_loss}
                | {"validation_accuracy": float((judged.argmax(1) == targets[held_out].cpu()).float().mean())}
                | {"seconds": round(time.perf_counter() - begun, 2), "memory": peak.bytes}
            )
            watch(curve[-1])
            if _best_epoch(curve) == len(curve):
                best = {name: value.detach().clone() for name, value in model.state_dict().items()}
            stored = io.BytesIO()
            torch.save(
                {"model": model.state_dict(), "optimizer": update.state_dict()}
                | {"random": _random_state(device), "best": best},
                stored,
            )
            save({"state": np.frombuffer(stored.getvalue(), np.uint8), "curve": curve})
    model.load_state_dict(best)
    return model.eval(), curve


class _Update:
    """One update of AdamW; a CUDA graph can repeat it, because what changes is a tensor that stays where it is.

    Called with the indices of a batch and the fraction of the full learning rates.
    """

    def __init__(
        self, model: nn.Module, groups: list[dict[str, Any]], augmented: Inputs, targets: Tensor, decay: float
    ) -> None:
        self._model, self._augmented, self._targets = model, augmented, targets
        self._full = [float(group["lr"]) for group in groups]
        model.requires_grad_(False)
        for parameter in (parameter for group in groups for parameter in group["params"]):
            parameter.requires_grad_(True)
        groups = [group | {"lr": torch.zeros((), device=targets.device)} for group in groups]
        self._optimizer = torch.optim.AdamW(
            groups, weight_decay=decay, fused=True, capturable=targets.device.type == "cuda"
        )

    def __call__(self, chosen: Tensor, rate: Tensor) -> dict[str, Tensor]:
        for group, full in zip(self._optimizer.param_groups, self._full, strict=True):
            group["lr"].copy_(rate * full)
        answers = self._targets[chosen]
        scores = self._model(self._augmented(chosen))
        loss = nn.functional.cross_entropy(scores, answers)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return {"loss": loss, "accuracy": (scores.argmax(1) == answers).float().mean()}

    def state_dict(self) -> dict[str, Any]:
        return self._optimizer.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._optimizer.load_state_dict(state)
        for group in self._optimizer.param_groups:
            group["lr"] = group["lr"].to(self._targets.device)


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
        return torch.cat([model(plain(part)) for part in torch.from_numpy(images).to(device).split(batch)]).cpu()


def _random_state(device: torch.device) -> list[Tensor]:
    return [torch.get_rng_state()] + ([torch.cuda.get_rng_state(device)] if device.type == "cuda" else [])


def _set_random_state(states: list[Tensor], device: torch.device) -> None:
    torch.set_rng_state(states[0])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states[1], device)


def _best_epoch(curve: list[dict[str, float]]) -> int:
    """The epoch, from 1, with the lowest validation loss; 0 before the first."""
    return 1 + min(range(len(curve)), key=lambda i: curve[i]["validation_loss"]) if curve else 0
