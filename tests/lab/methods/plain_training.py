"""Training and gradient ascent as a textbook has them: one operation after the other, nothing collected.

Every number of the loops of the laboratory is compared with these, on a CPU bit by bit. They draw the same random
numbers, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
from torchvision.transforms.v2.functional import gaussian_blur

from experiments.lab.methods.adversarial_training import Setting, noise
from experiments.lab.methods.adversarial_training import as_input as grey_input
from experiments.lab.methods.domain_adversarial import outputs
from experiments.lab.methods.gan_losses import discriminator_loss, generator_loss
from experiments.lab.methods.gradient_reversal import annealed, reverse_gradient
from experiments.lab.methods.head_training import Make, Optimiser, stacked
from experiments.lab.nets.dann import DomainAdversarialNetwork, as_input
from experiments.lab.nets.digit_classifier import DigitClassifier
from experiments.lab.nets.frozen import pixel_bounds


def train_gan(
    generator: nn.Module,
    discriminator: nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    setting: Setting,
    seed: int,
    iterations: int,
) -> np.ndarray:
    """A generator and a discriminator, changed in place.

    Returns:
        Losses of D and of G, and means of D(x) and of D(G(z)), float32 [iterations, 4].
    """
    for model in (generator, discriminator):
        model.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    betas = (setting.beta1, 0.999)
    adam_g = torch.optim.Adam(generator.parameters(), setting.generator_rate, betas, fused=True)
    adam_d = torch.optim.Adam(discriminator.parameters(), setting.discriminator_rate, betas, fused=True)
    batches, history = len(images) // setting.batch, []
    for i in range(iterations):
        epoch, position = divmod(i, batches)
        order = np.random.default_rng([seed, 0, epoch]).permutation(len(images))
        chosen = order[position * setting.batch : (position + 1) * setting.batch]
        x, y = grey_input(torch.from_numpy(images[chosen])), torch.from_numpy(labels[chosen])
        fake = generator(noise(len(y), generator.nz, [seed, 1, i]), y)  # type: ignore[arg-type]
        real_logit, fake_logit = discriminator(x, y), discriminator(fake.detach(), y)
        loss_d = discriminator_loss(real_logit, fake_logit)
        if setting.trained != "generator":
            adam_d.zero_grad()
            loss_d.backward()
            adam_d.step()
        loss_g = torch.zeros(())
        if setting.trained != "discriminator":
            loss_g = generator_loss(discriminator(fake, y), setting.loss)
            adam_g.zero_grad()
            loss_g.backward()
            adam_g.step()
        means = real_logit.sigmoid().mean(), fake_logit.sigmoid().mean()
        history.append([float(value.detach()) for value in (loss_d, loss_g, *means)])
    return np.array(history, np.float32)


def train_dann(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray | None,
    weight: Callable[[float], float],
    recoloured: bool,
    epochs: int,
    batch: int,
    seed: int,
) -> tuple[DomainAdversarialNetwork, list[dict[str, float]]]:
    """A network, and for each epoch the means over its batches, added up in float32."""
    half = batch // 2
    torch.manual_seed(seed)
    model = DomainAdversarialNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x, y, history = torch.from_numpy(source), torch.from_numpy(labels).long(), []
    per_epoch = len(source) // half
    for epoch in range(epochs):
        rng, generator = np.random.default_rng([seed, epoch]), torch.Generator().manual_seed(seed * 10_000 + epoch)
        order = rng.permutation(len(source))
        if target is not None:
            rounds = -(-half * per_epoch // len(target))
            other = np.concatenate([rng.permutation(len(target)) for _ in range(rounds)])
        sums: dict[str, Tensor] = {}
        for step in range(per_epoch):
            p = (epoch + step / per_epoch) / epochs
            sgd.param_groups[0]["lr"] = annealed(p)
            here = slice(step * half, (step + 1) * half)
            images = x[order[here]]
            if recoloured:
                paper, ink = torch.rand(2, half, 1, 1, 3, generator=generator).mul(255)
                images = torch.lerp(paper, ink, images.float() / 255)
            if target is not None:
                images = torch.cat([images, torch.from_numpy(target[other[here]]).to(images.dtype)])
            loss, found = _dann_loss(model, as_input(images), y[order[here]], weight(p))
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            for name, value in found.items():
                sums[name] = sums.get(name, torch.zeros(())) + value.detach()
        history.append({name: float(total) / per_epoch for name, total in sums.items()})
    return model, history


def _dann_loss(
    model: DomainAdversarialNetwork, images: Tensor, labels: Tensor, weight: float
) -> tuple[Tensor, dict[str, Tensor]]:
    features = model.features(images)
    known = features[: len(labels)]
    loss = cross_entropy(model.label(known), labels)
    if len(images) == len(labels):
        return loss, {"label_loss": loss}
    branch = reverse_gradient(features, weight)
    is_target = (torch.arange(len(images)) >= len(labels)).float()
    score = model.domain(branch).squeeze(1)
    domain_loss = binary_cross_entropy_with_logits(score, is_target)
    (around,) = torch.autograd.grad(loss, known, retain_graph=True)
    (before,) = torch.autograd.grad(domain_loss, branch, retain_graph=True)
    return loss + domain_loss, {
        "label_loss": loss,
        "domain_loss": domain_loss,
        "domain_accuracy": ((score > 0) == (is_target > 0)).float().mean(),
        "label_gradient": around.norm(),
        "domain_gradient": before.norm(),
        "reversed_gradient": abs(weight) * before.norm(),
    }


def self_train(
    model: nn.Module,
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    threshold: float,
    rounds: int,
    steps: int,
    batch: int,
) -> None:
    """Rounds of training on pseudo-labels, with seed 0; the network is changed in place."""
    sgd = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for number in range(rounds):
        probabilities = outputs(model.eval(), target)["probabilities"]  # type: ignore[arg-type]
        given, sure = probabilities.argmax(1), np.flatnonzero(probabilities.max(1) >= threshold)
        rng = np.random.default_rng([0, number])
        model.train()
        for _ in range(steps):
            known, new = rng.integers(len(source), size=batch // 2), rng.choice(sure, batch // 2)
            images = as_input(torch.from_numpy(np.concatenate([source[known], target[new]])))
            answers = torch.from_numpy(np.concatenate([labels[known], given[new]]))
            sgd.zero_grad()
            cross_entropy(model(images), answers).backward()
            sgd.step()


def train_digits(
    images: np.ndarray, labels: np.ndarray, epochs: int, batch: int, seed: int
) -> Iterator[tuple[DigitClassifier, float]]:
    """After each epoch the network and its mean loss."""
    torch.manual_seed(seed)
    model = DigitClassifier().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    adam = torch.optim.Adam(model.parameters(), 3e-3, fused=True)
    total_steps = epochs * -(-len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 3e-3, total_steps=total_steps, pct_start=0.2)
    for _ in range(epochs):
        total = torch.zeros(())
        for chosen in torch.randperm(len(images)).split(batch):
            loss = cross_entropy(
                model.train()(grey_input(torch.from_numpy(images)[chosen])), torch.from_numpy(labels)[chosen]
            )
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
            total += loss.detach() * len(chosen)
        yield model.eval(), float(total) / len(images)


def train_heads(
    make: Make, optimiser: Optimiser, x: Tensor, y: Tensor, epochs: int, seeds: list[int], batch: int
) -> nn.Sequential:
    """A stack of small networks, each trained on all of `x` [images, components] and `y` [images] in its own order."""
    networks = []
    for seed in seeds:
        torch.manual_seed(seed)
        networks.append(make())
    torch.manual_seed(seeds[0])
    stack, generators = stacked(networks).train(), [torch.Generator().manual_seed(seed) for seed in seeds]
    steps = optimiser(stack.parameters())
    for _ in range(epochs):
        orders = torch.stack([torch.randperm(len(x), generator=generator) for generator in generators])
        for first in range(0, len(x), batch):
            chosen = orders[:, first : first + batch]
            steps.zero_grad()
            scores = stack(x[chosen])
            (cross_entropy(scores.flatten(0, 1), y[chosen].flatten()) * len(seeds)).backward()
            steps.step()
    return stack.eval()


def ascend(
    model: nn.Module,
    images: Tensor,
    targets: Tensor,
    rate: Tensor,
    l2: Tensor,
    steps: int,
    jitter: int,
    blur_every: int,
    seed: int,
) -> tuple[Tensor, Tensor]:
    """Class images [rows, 3, height, width], and probabilities of the targets before each step [steps, rows]."""
    low, high = pixel_bounds()
    shifts = torch.randint(-jitter, jitter + 1, (steps, 2), generator=torch.Generator().manual_seed(seed)).tolist()
    rate, l2, rows, probabilities = rate.view(-1, 1, 1, 1), l2.view(-1, 1, 1, 1), range(len(images)), []
    for step, (down, right) in enumerate(shifts):
        moved = images.roll((down, right), (2, 3)).requires_grad_()
        scores = model(moved)
        gradient = torch.autograd.grad(scores[rows, targets].sum(), moved)[0] - 2 * l2 * moved.detach()
        length = gradient.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        images = (moved.detach() + rate * gradient / length).roll((-down, -right), (2, 3)).clamp(low, high)
        if step % blur_every == 0:
            images = gaussian_blur(images, [5, 5], [0.5, 0.5])
        probabilities.append(scores.detach().softmax(1)[rows, targets])
    return images, torch.stack(probabilities)
