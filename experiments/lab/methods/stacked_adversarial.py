"""Adversarial training (Goodfellow et al. 2014) of several seeds at once, with nothing that waits for a number.

The algorithm, its losses and its random numbers are those of `experiments.lab.methods.adversarial_training`, iteration
by iteration. On a GPU an iteration is a CUDA graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from experiments.lab.device import best_device
from experiments.lab.methods.adversarial_training import Setting, as_input, noise
from experiments.lab.methods.cuda_graph import GraphedIteration
from experiments.lab.nets.stacked import Mapped, Single, Stack

LAB = Setting()
"""The lab's settings."""


class StackedAdversarialTraining:
    """Alternating updates of discriminators D and generators G with Adam, a pair for each seed.

        pairs = [(Generator(), Discriminator()) for _ in range(8)]
        training = StackedAdversarialTraining(pairs, images, labels, seeds=range(8))
        for _ in range(3000):
            training.step()
        generator, discriminator = training.networks(0)
        training.history()[0]     # float32 [3000, 4], as of `AdversarialTraining`

    Args:
        pairs: (generator, discriminator) for each seed, with their initial weights; all generators of one architecture,
            and all discriminators.
        images: the real images, uint8 [images, side, side].
        labels: their class indices [images].
        setting: batch size, learning rates, losses, precision.
        seeds: of noise and order, one for each pair.
        stack: how networks become one; by default `Mapped`, or `Single` for one pair. `Grouped` is for networks that
            ignore their labels.
        graphed: False to launch every kernel, also on a GPU.

    Raises:
        ValueError: there are fewer images than one batch needs, or not as many seeds as pairs.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[nn.Module, nn.Module]],
        images: np.ndarray,
        labels: np.ndarray,
        setting: Setting = LAB,
        seeds: Sequence[int] = (0,),
        stack: Callable[[Sequence[nn.Module]], Stack] | None = None,
        graphed: bool = True,
    ) -> None:
        if len(images) < setting.batch:
            raise ValueError(f"{len(images)} images do not fill a batch of {setting.batch}")
        if len(pairs) != len(seeds):
            raise ValueError(f"{len(pairs)} pairs of networks need as many seeds, not {len(seeds)}")
        self.device, self.setting, self.seeds, self.iteration = best_device(), setting, list(seeds), 0
        stack = stack or (Single if len(pairs) == 1 else Mapped)
        self.generators, self.discriminators = (
            stack([each.to(self.device).to(memory_format=torch.channels_last).train() for each in networks])  # type: ignore[call-overload]
            for networks in zip(*pairs, strict=True)
        )
        self.images = torch.from_numpy(np.ascontiguousarray(images)).to(self.device)
        self.labels = torch.from_numpy(labels.astype(np.int64)).to(self.device)
        self._nz: int = pairs[0][0].nz  # type: ignore[assignment]
        options: dict[str, Any] = {"betas": (setting.beta1, 0.999), "fused": True}
        options["capturable"] = self.device.type == "cuda"
        self._steps_g = torch.optim.Adam(self.generators.parameters(), setting.generator_rate, **options)
        self._steps_d = torch.optim.Adam(self.discriminators.parameters(), setting.discriminator_rate, **options)
        self._orders: list[tuple[int, np.ndarray]] = [(-1, np.empty(0, int))] * len(pairs)
        self._update_all = GraphedIteration(self._update, self.device, graphed)

    def step(self) -> None:
        """One iteration of every pair: update D on a real and a generated batch, then update G."""
        chosen = np.stack([self._chosen(which) for which in range(len(self.seeds))])
        z = torch.stack([noise(self.setting.batch, self._nz, [seed, 1, self.iteration]) for seed in self.seeds])
        self._update_all(chosen=torch.from_numpy(chosen), z=z)
        self.iteration += 1

    def _update(self, chosen: Tensor, z: Tensor) -> dict[str, Tensor]:
        """One iteration on the images `chosen` [pairs, batch], with noise z [pairs, batch, nz]."""
        generators, discriminators, trained = self.generators, self.discriminators, self.setting.trained
        x = as_input(self.images[chosen].flatten(0, 1)).unflatten(0, chosen.shape)
        y = self.labels[chosen]
        with self.setting.mixed(self.device):
            fake = generators(z, y)
            real_logit, fake_logit = discriminators(x, y).float(), discriminators(fake.detach(), y).float()
        loss_d = softplus(-real_logit).mean(1) + softplus(fake_logit).mean(1)
        if trained != "generator":
            self._steps_d.zero_grad()
            # The sum: no pair's loss depends on the weights of another, so each gets the gradient of its own.
            loss_d.sum().backward(inputs=discriminators.parameters())
            self._steps_d.step()
        loss_g = torch.zeros_like(loss_d)
        if trained != "discriminator":
            with self.setting.mixed(self.device):
                logit = discriminators(fake, y).float()
            sign = -1.0 if self.setting.loss == "non-saturating" else 1.0
            loss_g = -sign * softplus(sign * logit).mean(1)
            self._steps_g.zero_grad()
            # D's weights need no gradient for G's step: a third of the work on D saved.
            loss_g.sum().backward(inputs=generators.parameters())
            self._steps_g.step()
        means = real_logit.sigmoid().mean(1), fake_logit.sigmoid().mean(1)
        return {"history": torch.stack([loss_d, loss_g, *means], 1).detach()}

    def history(self) -> np.ndarray:
        """Of each pair the losses of D and of G, and means of D(x) and of D(G(z)) before D's update.

        Returns:
            float32 [pairs, iterations, 4].
        """
        found = self._update_all.collected().get("history", np.empty((0, len(self.seeds), 4), np.float32))
        return found.transpose(1, 0, 2)

    def networks(self, which: int) -> tuple[nn.Module, nn.Module]:
        """Copies of the generator and the discriminator of one pair."""
        return self.generators.network(which), self.discriminators.network(which)

    def state(self) -> dict[str, Any]:
        """Everything that the next iterations depend on, for a checkpoint."""
        return {
            "iteration": self.iteration,
            "generators": self.generators.state(),
            "discriminators": self.discriminators.state(),
            "steps_g": self._steps_g.state_dict(),
            "steps_d": self._steps_d.state_dict(),
            "collected": {name: torch.from_numpy(values) for name, values in self._update_all.collected().items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.iteration = state["iteration"]
        with torch.no_grad():
            for stack, values in (
                (self.generators, state["generators"]),
                (self.discriminators, state["discriminators"]),
            ):
                for name, value in stack.state().items():
                    value.copy_(values[name])
        self._steps_g.load_state_dict(state["steps_g"])
        self._steps_d.load_state_dict(state["steps_d"])
        self._update_all.restore({name: values.cpu().numpy() for name, values in state["collected"].items()})

    def _chosen(self, which: int) -> np.ndarray:
        """Indices of the images of this iteration's batch; every epoch is shuffled anew."""
        size = self.setting.batch
        epoch, position = divmod(self.iteration, len(self.images) // size)
        if self._orders[which][0] != epoch:
            rng = np.random.default_rng([self.seeds[which], 0, epoch])
            self._orders[which] = epoch, rng.permutation(len(self.images))
        return self._orders[which][1][position * size :][:size]
