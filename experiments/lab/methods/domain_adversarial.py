"""Domain-adversarial training (DANN; Ganin et al. 2016), and in the same loop everything that it is compared with.

Features f, label classifier y and domain classifier d minimise

    mean over source of L_y(y(f(x)), label)  +  mean over both domains of L_d(d(R(f(x))), domain)

where R is the identity forward and multiplies the gradient by −λ backward (see `gradient_reversal`). A function λ(p)
selects the method: positive for DANN, negative to pass the gradient on unreversed, 0 to detach the domain branch.
Without target images there is no second term: that is training on the source only or, with the target given as source,
on the target. On a GPU an iteration is a CUDA graph.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device
from experiments.lab.methods.cuda_graph import GraphedIteration, sum_in_order
from experiments.lab.methods.gradient_reversal import annealed, reverse_gradient
from experiments.lab.methods.recolour import random_colours, recolour
from experiments.lab.nets.dann import DomainAdversarialNetwork, as_input

Weight = Callable[[float], float]
"""λ as a function of the training progress p, 0 … 1. If it is negative, the gradient is not reversed."""


@dataclass
class Training:
    """A trained network and its learning curves."""

    model: DomainAdversarialNetwork
    history: list[dict[str, float]]
    """One entry for each epoch; see `train`."""
    seconds: float = 0.0
    """Time spent in updates, without evaluation."""
    images: int = 0
    """Number of images processed in these updates."""


def train(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray | None = None,
    *,
    weight: Weight = lambda p: 0.0,
    recoloured: bool = False,
    epochs: int = 5,
    batch: int = 64,
    seed: int = 0,
    evaluate: Callable[[DomainAdversarialNetwork], Mapping[str, float]] = lambda model: {},
    load: Callable[[str], Mapping[str, Any] | None] = lambda key: None,
    save: Callable[[str, Mapping[str, Any]], None] = lambda key, state: None,
    graphed: bool = True,
) -> Training:
    """Train with SGD, momentum 0.9, and the annealed learning rate of the paper (section 5.2.2).

        from experiments.lab.methods.gradient_reversal import schedule

        dann = train(source, labels, target, weight=schedule)
        source_only = train(source, labels)

    Args:
        source: the labelled images, uint8 [images, 28, 28, 3].
        labels: their digits [images], 0 … 9.
        target: unlabelled images, uint8 [images, 28, 28, 3]; None for training without a domain branch.
        weight: λ(p), a function of the training progress p in 0 … 1.
        recoloured: give each source image two random colours whenever it is shown.
        epochs: passes over the source.
        batch: half of it source, half of it target; without target images, the source half alone. The paper has 128.
            Half of that gives twice as many updates for the same computation, and is further on after few epochs.
        seed: of the initial weights and of the order of the images.
        evaluate: called after every epoch; what it returns joins the history.
        load, save: keep the state after every epoch, by name, so that training survives a kill.
        graphed: False to launch every kernel of an iteration by itself, also on a GPU.

    Returns:
        the network in evaluation mode and, for each epoch: `epoch`; `weight` and `rate` at its end; `label_loss`; and
        with a domain branch the means over its batches of `domain_loss`, `domain_accuracy` and three norms of the
        gradient of the loss with respect to the features: `label_gradient` from the label classifier, `domain_gradient`
        from the domain classifier before the reversal, and `reversed_gradient` after it.
    """
    device = best_device()
    half = min(batch // 2, len(source))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = DomainAdversarialNetwork()
    model = model.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    # In tensors, which a CUDA graph reads anew in every iteration.
    rate, reversal = torch.zeros((), device=device), torch.zeros((), device=device)
    # Of torch's versions only the fused one reads the rate on a GPU.
    steps = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, fused=device.type == "cuda")
    training = Training(model, [])
    begun = _resume(training, steps, load("epoch"))
    x, y = torch.from_numpy(source).to(device), torch.from_numpy(labels).long().to(device)
    z = None if target is None else torch.from_numpy(target).to(device)
    per_epoch = len(source) // half

    def update(chosen: Tensor, colours: Tensor | None = None, other: Tensor | None = None) -> dict[str, Tensor]:
        images = x[chosen] if colours is None else recolour(x[chosen], colours)
        if z is not None and other is not None:
            images = torch.cat([images, z[other].to(images.dtype)])
        found: dict[str, Tensor] = {}
        loss = _loss(model, as_input(images), y[chosen], reversal, found)
        steps.zero_grad()
        loss.backward()
        steps.step()
        return found

    iteration = GraphedIteration(update, device, graphed)
    for epoch in range(begun, epochs):
        # Everything random of an epoch hangs on its number, so that a resumed training goes on as it would have.
        rng = np.random.default_rng([seed, epoch])
        colours = torch.Generator().manual_seed(seed * 10_000 + epoch)
        order = torch.from_numpy(rng.permutation(len(x))).to(device)
        other = None if z is None else torch.from_numpy(_cycled(rng, len(z), half * per_epoch)).to(device)
        model.train()
        started = time.perf_counter()
        for step in range(per_epoch):
            p = (epoch + step / per_epoch) / epochs
            rate.fill_(annealed(p))
            reversal.fill_(weight(p))
            here = slice(step * half, (step + 1) * half)
            drawn = {"chosen": order[here]}
            if recoloured:
                drawn["colours"] = random_colours(half, colours)
            if other is not None:
                drawn["other"] = other[here]
            iteration(**drawn)
        found = iteration.collected()  # a GPU has done everything then
        training.seconds += time.perf_counter() - started
        training.images += per_epoch * half * (1 if z is None else 2)
        training.history.append(
            {"epoch": epoch + 1, "weight": abs(weight((epoch + 1) / epochs)), "rate": annealed((epoch + 1) / epochs)}
            | {name: sum_in_order(values[-per_epoch:]) / per_epoch for name, values in found.items()}
            | dict(evaluate(model.eval()))
        )
        save("epoch", _state(training, steps))
    model.eval()
    return training


def _loss(
    model: DomainAdversarialNetwork, images: Tensor, labels: Tensor, weight: Tensor, found: dict[str, Tensor]
) -> Tensor:
    """The loss of one batch: labelled images first, then those of the target domain, if any.

    What the history tells of it is entered in `found`, the gradients in the backward pass.
    """
    features = model.features(images)
    known = features[: len(labels)]
    loss = nn.functional.cross_entropy(model.label(known), labels)
    found["label_loss"] = loss.detach()
    if len(images) == len(labels):
        return loss
    branch = reverse_gradient(features, weight)

    def of_labels(gradient: Tensor) -> None:
        found["label_gradient"] = gradient.norm()

    def of_domains(gradient: Tensor) -> None:
        found["domain_gradient"] = gradient.norm()
        found["reversed_gradient"] = weight.abs() * gradient.norm()

    known.register_hook(of_labels)
    branch.register_hook(of_domains)
    is_target = (torch.arange(len(images), device=images.device) >= len(labels)).float()
    score = model.domain(branch).squeeze(1)
    domain_loss = nn.functional.binary_cross_entropy_with_logits(score, is_target)
    found["domain_loss"] = domain_loss.detach()
    found["domain_accuracy"] = ((score > 0) == (is_target > 0)).float().mean()
    return loss + domain_loss


def _cycled(rng: np.random.Generator, items: int, count: int) -> np.ndarray:
    """`count` indices of `items` in random order; each appears once before any appears again."""
    rounds = -(-count // items)
    return np.concatenate([rng.permutation(items) for _ in range(rounds)])[:count]


def _state(training: Training, steps: torch.optim.Optimizer) -> dict[str, Any]:
    momenta = {
        f"momentum/{i}": steps.state[value]["momentum_buffer"].cpu().numpy()
        for i, value in enumerate(training.model.parameters())
        if value in steps.state
    }
    known = {"history": training.history, "seconds": training.seconds, "images": training.images}
    return weights_of(training.model) | momenta | known


def _resume(training: Training, steps: torch.optim.Optimizer, state: Mapping[str, Any] | None) -> int:
    """Restore what `_state` kept, and return the number of epochs done."""
    if state is None:
        return 0
    set_weights(training.model, state)
    for i, value in enumerate(training.model.parameters()):
        if f"momentum/{i}" in state:
            buffer = torch.from_numpy(state[f"momentum/{i}"]).to(value.device)
            steps.state[value]["momentum_buffer"] = torch.empty_like(value).copy_(buffer)
    training.history = list(state["history"])
    training.seconds, training.images = state["seconds"], state["images"]
    return len(training.history)


def weights_of(model: nn.Module) -> dict[str, np.ndarray]:
    """The weights as arrays by name, "weights/features.0.weight" and so on, to be stored among a step's results."""
    return {f"weights/{name}": value.detach().cpu().numpy() for name, value in model.state_dict().items()}


def set_weights(model: nn.Module, state: Mapping[str, Any]) -> None:
    """Restore the weights that `weights_of` returned."""
    model.load_state_dict({name: torch.from_numpy(state[f"weights/{name}"]) for name in model.state_dict()})


def outputs(model: DomainAdversarialNetwork, images: np.ndarray, batch: int = 500) -> dict[str, np.ndarray]:
    """Features, class probabilities and domain probability of images.

    Args:
        model: in evaluation mode.
        images: uint8 [images, 28, 28, 3].
        batch: images processed at a time.

    Returns:
        float32 arrays: `features` [images, 768], `probabilities` [images, 10], and `domain` [images], the probability
        of the target domain.
    """
    device = next(model.parameters()).device
    found: dict[str, list[np.ndarray]] = {"features": [], "probabilities": [], "domain": []}
    with torch.inference_mode():
        for chosen in torch.from_numpy(images).split(batch):
            features = model.features(as_input(chosen.to(device)))
            found["features"].append(features.cpu().numpy())
            found["probabilities"].append(model.label(features).softmax(1).cpu().numpy())
            found["domain"].append(model.domain(features).squeeze(1).sigmoid().cpu().numpy())
    return {name: np.concatenate(parts) for name, parts in found.items()}
