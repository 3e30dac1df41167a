"""Domain-adversarial training (DANN; Ganin et al. 2016) of several networks at once; nothing waits for a number.

Losses, learning rate and random numbers are those of `experiments.lab.methods.domain_adversarial.train`, iteration by
iteration. The networks differ in their seed, in λ, or in both. On a GPU an iteration is a CUDA graph.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from experiments.lab.device import best_device
from experiments.lab.methods.cuda_graph import GraphedIteration
from experiments.lab.methods.domain_adversarial import Training, Weight
from experiments.lab.methods.gradient_reversal import annealed, reverse_gradient
from experiments.lab.nets.dann import DomainAdversarialNetwork, as_input
from experiments.lab.nets.stacked import Mapped, Single, Stack

MOMENTUM = 0.9


def train_stacked(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray | None = None,
    *,
    weights: Sequence[Weight],
    seeds: Sequence[int],
    recoloured: bool = False,
    epochs: int = 5,
    batch: int = 64,
    evaluate: Callable[[int, DomainAdversarialNetwork], Mapping[str, float]] = lambda which, model: {},
    load: Callable[[str], Mapping[str, Any] | None] = lambda key: None,
    save: Callable[[str, Mapping[str, Any]], None] = lambda key, state: None,
    graphed: bool = True,
    device: torch.device | None = None,
) -> list[Training]:
    """Train a network for each seed with SGD, momentum 0.9, and the annealed learning rate of the paper.

        three = train_stacked(source, labels, target, weights=[schedule] * 3, seeds=[0, 1, 2])
        three[0].history[-1]["label_loss"]

    Args:
        source: the labelled images, uint8 [images, 28, 28, 3].
        labels: their digits [images], 0 … 9.
        target: unlabelled images, uint8 [images, 28, 28, 3]; None for training without a domain branch.
        weights: λ(p) for each network.
        seeds: of the initial weights and of the order of the images, for each network.
        recoloured: give each source image two random colours whenever it is shown.
        epochs: passes over the source.
        batch: half of it source, half of it target.
        evaluate: called after every epoch with the number of each network and the network; what it returns joins its
            history.
        load, save: keep the state of all networks after every epoch, by name, so that training survives a kill.
        graphed: False to launch every kernel, also on a GPU.
        device: by default the best there is, with full float32 precision.

    Returns:
        for each network what `train` returns; its time is its share of that of all.
    """
    device = device or best_device()
    half = min(batch // 2, len(source))
    per_epoch = len(source) // half
    networks = [_initial(seed).to(device).to(memory_format=torch.channels_last) for seed in seeds]  # type: ignore[call-overload]
    iteration = _Iteration(networks, source, labels, target, half, device)
    repeated = GraphedIteration(iteration.update, device, graphed)
    trainings = [Training(network, []) for network in networks]
    begun = _resume(trainings, iteration, load("epoch"))
    for epoch in range(begun, epochs):
        started = time.perf_counter()
        draws = [_batches(seed, epoch, half, per_epoch, source, target, recoloured) for seed in seeds]
        for step, drawn in enumerate(zip(*draws, strict=True)):
            p = (epoch + step / per_epoch) / epochs
            settings = {"rate": annealed(p), "weight": [weight(p) for weight in weights]}
            inputs = {name: torch.stack([each[name] for each in drawn]) for name in drawn[0]}
            repeated(**inputs, **{name: torch.tensor(value) for name, value in settings.items()})
        means = {name: values[-per_epoch:].mean(0) for name, values in repeated.collected().items()}
        seconds = time.perf_counter() - started
        for which, training in enumerate(trainings):
            training.model = iteration.network(which).eval()
            training.seconds += seconds / len(trainings)
            training.images += per_epoch * half * (1 if target is None else 2)
            after = (epoch + 1) / epochs
            training.history.append(
                {"epoch": epoch + 1, "weight": abs(weights[which](after)), "rate": annealed(after)}
                | {name: float(values[which]) for name, values in means.items()}
                | dict(evaluate(which, training.model))
            )
        save("epoch", _state(trainings, iteration))
    return trainings


class _Iteration:
    """The networks, what they are trained on, and one update of all of them."""

    def __init__(
        self,
        networks: Sequence[DomainAdversarialNetwork],
        source: np.ndarray,
        labels: np.ndarray,
        target: np.ndarray | None,
        half: int,
        device: torch.device,
    ) -> None:
        stack: type[Single] | type[Mapped] = Single if len(networks) == 1 else Mapped
        self._template = networks[0]
        self._parts: dict[str, Stack] = {
            name: stack([getattr(network, name) for network in networks]) for name in ("features", "label", "domain")
        }
        used = ("features", "label") if target is None else tuple(self._parts)
        self._parameters = [value for name in used for value in self._parts[name].parameters()]
        self._momenta = [torch.zeros_like(value) for value in self._parameters]
        self._source, self._labels = torch.from_numpy(source).to(device), torch.from_numpy(labels).long().to(device)
        self._target = None if target is None else torch.from_numpy(target).to(device)
        self._is_target = (torch.arange(2 * half, device=device) >= half).float()

    def update(
        self, chosen: Tensor, rate: Tensor, weight: Tensor, other: Tensor | None = None, colours: Tensor | None = None
    ) -> dict[str, Tensor]:
        """One step of SGD with momentum.

        Args:
            chosen: indices of source images [networks, half].
            rate: the learning rate.
            weight: λ [networks].
            other: indices of target images [networks, half].
            colours: paper and ink of each source image, 0 … 255, [networks, 2, half, 1, 1, 3].
        """
        images, y = self._source[chosen], self._labels[chosen]
        if colours is not None:
            images = torch.lerp(colours[:, 0], colours[:, 1], images.to(torch.float32) / 255)
        if self._target is not None and other is not None:
            images = torch.cat([images, self._target[other].to(images.dtype)], 1)
        x = as_input(images.flatten(0, 1)).unflatten(0, images.shape[:2])
        found: dict[str, Tensor] = {}
        loss = self._loss(x, y, weight, found)
        # The sum: no network's loss depends on the weights of another, so each gets the gradient of its own.
        gradients = torch.autograd.grad(loss.sum(), self._parameters)
        with torch.no_grad():
            torch._foreach_mul_(self._momenta, MOMENTUM)
            torch._foreach_add_(self._momenta, gradients)
            torch._foreach_sub_(self._parameters, torch._foreach_mul(self._momenta, rate))
        return found

    def _loss(self, x: Tensor, y: Tensor, weight: Tensor, found: dict[str, Tensor]) -> Tensor:
        """The loss of each network [networks]; what is collected is entered in `found`, partly in the backward pass."""
        features = self._parts["features"](x)
        known = features[:, : y.shape[1]]
        scores = self._parts["label"](known)
        loss = cross_entropy(scores.flatten(0, 1), y.flatten(), reduction="none").unflatten(0, y.shape).mean(1)
        found["label_loss"] = loss.detach()
        if x.shape[1] == y.shape[1]:
            return loss
        branch = reverse_gradient(features, weight[:, None, None])

        def norm(gradient: Tensor) -> Tensor:
            return gradient.flatten(1).norm(dim=1)

        def of_labels(gradient: Tensor) -> None:
            found["label_gradient"] = norm(gradient)

        def of_domains(gradient: Tensor) -> None:
            found["domain_gradient"] = norm(gradient)
            found["reversed_gradient"] = weight.abs() * norm(gradient)

        known.register_hook(of_labels)
        branch.register_hook(of_domains)
        score = self._parts["domain"](branch).squeeze(2)
        is_target = self._is_target.expand_as(score)
        domain_loss = binary_cross_entropy_with_logits(score, is_target, reduction="none").mean(1)
        found["domain_loss"] = domain_loss.detach()
        found["domain_accuracy"] = ((score > 0) == (is_target > 0)).float().mean(1)
        return loss + domain_loss

    def state(self) -> dict[str, Tensor]:
        """Weights and momenta by name; they stay where they are, so that a new state can be copied into them."""
        weights = {f"{part}/{name}": value for part in self._parts for name, value in self._parts[part].state().items()}
        return weights | {f"momentum/{i}": value for i, value in enumerate(self._momenta)}

    def network(self, which: int) -> DomainAdversarialNetwork:
        """A copy of one of the networks."""
        network = DomainAdversarialNetwork()
        for name, part in self._parts.items():
            getattr(network, name).load_state_dict(part.network(which).state_dict())
        return network.to(self._is_target.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _state(trainings: Sequence[Training], iteration: _Iteration) -> dict[str, Any]:
    """What the next epochs depend on, and what is known of those before: arrays and JSON values by name."""
    known = {"history": [training.history for training in trainings], "epochs": len(trainings[0].history)}
    known |= {name: [getattr(training, name) for training in trainings] for name in ("seconds", "images")}
    return {name: value.cpu().numpy() for name, value in iteration.state().items()} | known


def _resume(trainings: Sequence[Training], iteration: _Iteration, state: Mapping[str, Any] | None) -> int:
    """Restore what `_state` kept, and return the number of epochs done."""
    if state is None:
        return 0
    for name, value in iteration.state().items():
        value.copy_(torch.from_numpy(state[name]))
    for which, training in enumerate(trainings):
        training.model = iteration.network(which).eval()
        training.history = list(state["history"][which])
        training.seconds, training.images = state["seconds"][which], state["images"][which]
    return int(state["epochs"])


def _initial(seed: int) -> DomainAdversarialNetwork:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DomainAdversarialNetwork()


def _batches(
    seed: int,
    epoch: int,
    half: int,
    per_epoch: int,
    source: np.ndarray,
    target: np.ndarray | None,
    recoloured: bool,
) -> Iterator[dict[str, Tensor]]:
    """What is random about the batches of an epoch, which hangs on the seed and the epoch's number."""
    rng = np.random.default_rng([seed, epoch])
    generator = torch.Generator().manual_seed(seed * 10_000 + epoch)
    order = torch.from_numpy(rng.permutation(len(source)))
    other = torch.empty(0)
    if target is not None:
        rounds = -(-half * per_epoch // len(target))
        other = torch.from_numpy(np.concatenate([rng.permutation(len(target)) for _ in range(rounds)]))
    for step in range(per_epoch):
        here = slice(step * half, (step + 1) * half)
        drawn = {"chosen": order[here]}
        if recoloured:
            drawn["colours"] = torch.rand(2, half, 1, 1, 3, generator=generator).mul(255)
        if target is not None:
            drawn["other"] = other[here]
        yield drawn
