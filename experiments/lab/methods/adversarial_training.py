"""Adversarial training of a generator and a discriminator (Goodfellow et al. 2014, algorithm 1).

One loop serves all GANs of the report, conditional or not. On a GPU an iteration is a CUDA graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device
from experiments.lab.methods.cuda_graph import GraphedIteration
from experiments.lab.methods.gan_losses import GeneratorLoss, discriminator_loss, generator_loss

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Setting:
    """Hyperparameters of adversarial training; defaults as in the lab (Radford et al. 2016, section 4)."""

    batch: int = 128
    generator_rate: float = 2e-4
    discriminator_rate: float = 2e-4
    beta1: float = 0.5
    loss: GeneratorLoss = "non-saturating"
    trained: Literal["both", "generator", "discriminator"] = "both"
    precision: Precision = "float32"
    """Of convolutions; weights, losses and updates are float32 (mixed precision; Micikevicius et al. 2018)."""

    def mixed(self, device: torch.device) -> torch.autocast:
        """Where convolutions are computed in the precision of the setting.

        What is cast is not kept: a CUDA graph would go on with the weights of the iteration that it was captured in.

        Raises:
            ValueError: there is no such precision.
        """
        if self.precision not in (known := get_args(Precision)):
            raise ValueError(f"no precision is called {self.precision!r}; there are {' and '.join(known)}")
        return torch.autocast(device.type, torch.bfloat16, self.precision == "bfloat16", cache_enabled=False)


class AdversarialTraining:
    """Alternating updates of a discriminator D and a generator G with Adam.

        training = AdversarialTraining(Generator(), Discriminator(), images, labels)
        for _ in range(3000):
            training.step()
        digits = generate(training.generator, noise(16, training.nz, [0]))

    All images stay in memory as bytes; a batch is made by indexing. What iteration i draws depends only on the seed and
    on i, so training that continues from `state` gives the same result as training that was never interrupted.

    Args:
        generator: (z [images, nz], labels [images]) -> images in −1 … 1; has the attribute `nz`.
        discriminator: (images, labels) -> logits [images].
        images: the real images, uint8 [images, side, side].
        labels: their class indices [images]; generated images are asked for the classes of the real batch.
        setting: batch size, learning rates, losses, precision.
        seed: of noise and order. (The networks come with their initial weights.)
        graphed: False to launch every kernel of an iteration by itself, also on a GPU.
        device: by default the best there is.

    Raises:
        ValueError: there are fewer images than one batch needs.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        images: np.ndarray,
        labels: np.ndarray,
        setting: Setting = Setting(),
        seed: int = 0,
        graphed: bool = True,
        device: torch.device | None = None,
    ) -> None:
        if len(images) < setting.batch:
            raise ValueError(f"{len(images)} images do not fill a batch of {setting.batch}")
        self.device = device or best_device()
        # Channels last: the layout in which the convolutions of both processor libraries are fastest.
        self.generator, self.discriminator = (
            model.to(self.device).to(memory_format=torch.channels_last).train() for model in (generator, discriminator)
        )
        self.images = torch.from_numpy(np.ascontiguousarray(images)).to(self.device)
        self.labels = torch.from_numpy(labels.astype(np.int64)).to(self.device)
        self.setting, self.seed, self.iteration = setting, seed, 0
        self.nz: int = generator.nz  # type: ignore[assignment]
        options: dict[str, Any] = {"betas": (setting.beta1, 0.999), "fused": True}
        options["capturable"] = self.device.type == "cuda"
        self._steps_g = torch.optim.Adam(generator.parameters(), setting.generator_rate, **options)
        self._steps_d = torch.optim.Adam(discriminator.parameters(), setting.discriminator_rate, **options)
        self._update_both = GraphedIteration(self._update, self.device, graphed)
        self._order: tuple[int, np.ndarray] = (-1, np.empty(0, int))

    def step(self) -> None:
        """One iteration: update D on a real and a generated batch, then update G."""
        z = noise(self.setting.batch, self.nz, [self.seed, 1, self.iteration])
        self._update_both(chosen=torch.from_numpy(self._chosen()), z=z)
        self.iteration += 1

    def _update(self, chosen: Tensor, z: Tensor) -> dict[str, Tensor]:
        """One iteration on the images `chosen` [batch], with noise z [batch, nz]."""
        x, y = as_input(self.images[chosen]), self.labels[chosen]
        with self.setting.mixed(self.device):
            fake = self.generator(z, y)
            real_logit, fake_logit = self.discriminator(x, y).float(), self.discriminator(fake.detach(), y).float()
        loss_d = discriminator_loss(real_logit, fake_logit)
        if self.setting.trained != "generator":
            self._steps_d.zero_grad()
            loss_d.backward()
            self._steps_d.step()
        loss_g = loss_d.new_zeros(())
        if self.setting.trained != "discriminator":
            # D's weights need no gradient for G's step: a third of the work on D saved.
            self.discriminator.requires_grad_(False)
            with self.setting.mixed(self.device):
                logit = self.discriminator(fake, y).float()
            loss_g = generator_loss(logit, self.setting.loss)
            self._steps_g.zero_grad()
            loss_g.backward()
            self._steps_g.step()
            self.discriminator.requires_grad_(True)
        means = real_logit.sigmoid().mean(), fake_logit.sigmoid().mean()
        return {"history": torch.stack([loss_d, loss_g, *means]).detach()}

    def history(self) -> np.ndarray:
        """Losses of D and of G, and means of D(x) and of D(G(z)) before D's update: float32 [iterations, 4]."""
        return self._update_both.collected().get("history", np.empty((0, 4), np.float32))

    def state(self) -> dict[str, Any]:
        """Everything that the next iterations depend on, for a checkpoint.

        `torch.load(weights_only=True)` can read it.
        """
        return {
            "iteration": self.iteration,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "steps_g": self._steps_g.state_dict(),
            "steps_d": self._steps_d.state_dict(),
            "history": torch.from_numpy(self.history()),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.iteration = state["iteration"]
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self._steps_g.load_state_dict(state["steps_g"])
        self._steps_d.load_state_dict(state["steps_d"])
        self._update_both.restore({"history": state["history"].cpu().numpy()})

    def _chosen(self) -> np.ndarray:
        """Indices of the images of this iteration's batch.

        Every epoch is shuffled anew and shows every image once; an incomplete last batch is dropped.
        """
        batches = len(self.images) // self.setting.batch
        epoch, position = divmod(self.iteration, batches)
        if self._order[0] != epoch:
            self._order = epoch, np.random.default_rng([self.seed, 0, epoch]).permutation(len(self.images))
        return self._order[1][position * self.setting.batch :][: self.setting.batch]


def noise(count: int, nz: int, seed: list[int]) -> Tensor:
    """Standard normal noise float32 [count, nz], decided by `seed` alone, the same on every device."""
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, nz), np.float32))


def as_input(images: Tensor) -> Tensor:
    """Network input float32 [images, 1, side, side] in −1 … 1 from uint8 [images, side, side]."""
    pixels = images[:, None].float().div_(127.5).sub_(1)
    return pixels.contiguous(memory_format=torch.channels_last)


def as_pixels(output: Tensor) -> np.ndarray:
    """Images uint8 [images, side, side] from a generator's output, float [images, 1, side, side] in −1 … 1."""
    return output.detach().add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)[:, 0].cpu().numpy()


def generate(generator: nn.Module, z: Tensor, labels: Tensor | None = None, batch: int = 500) -> np.ndarray:
    """Generate images from noise.

    The generator runs in evaluation mode, so that an image depends on its own z alone and not on the rest of its batch.

    Args:
        generator: left in the mode in which it was.
        z: [images, nz].
        labels: classes to generate [images]; class 0 by default.
        batch: images generated at a time.

    Returns:
        uint8 [images, side, side].
    """
    device, mode = next(generator.parameters()).device, generator.training
    y = torch.zeros(len(z), dtype=torch.int64) if labels is None else labels
    generator.eval()
    with torch.inference_mode():
        parts = [
            as_pixels(generator(some.to(device), which.to(device)))
            for some, which in zip(z.split(batch), y.split(batch), strict=True)
        ]
    generator.train(mode)
    return np.concatenate(parts)
