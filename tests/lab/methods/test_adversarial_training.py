"""The training loop against a plain one written with other means, and its parts against closed forms."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.methods.adversarial_training import (
    AdversarialTraining,
    Setting,
    as_input,
    as_pixels,
    generate,
    noise,
)
from experiments.lab.methods.gan_losses import discriminator_loss, generator_loss
from experiments.lab.methods.training_flops import training_flops
from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator
from experiments.lab.nets.dcgan import Discriminator, Generator, initialise

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 32, 32), np.uint8)
LABELS = np.arange(40) % 10


def networks(conditional: bool = False) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    pair = (
        (ConditionalGenerator(4, 2), ConditionalDiscriminator(2))
        if conditional
        else (Generator(4, 2), Discriminator(2))
    )
    for model in pair:
        initialise(model)
    return pair


def plain_loop(generator: nn.Module, discriminator: nn.Module, setting: Setting, seed: int, steps: int) -> list:
    """The loop of the usual examples: sigmoid and BCELoss on labels, optimisers as they come, all gradients."""
    bce, betas = nn.BCELoss(), (setting.beta1, 0.999)
    optimiser_d = torch.optim.Adam(discriminator.parameters(), lr=setting.discriminator_rate, betas=betas)
    optimiser_g = torch.optim.Adam(generator.parameters(), lr=setting.generator_rate, betas=betas)
    order = np.random.default_rng([seed, 0, 0]).permutation(len(IMAGES))
    noted = []
    for i in range(steps):
        chosen = order[i * setting.batch : (i + 1) * setting.batch]
        x = torch.tensor(IMAGES[chosen] / 127.5 - 1, dtype=torch.float32).unsqueeze(1)
        y, z = torch.tensor(LABELS[chosen]), noise(setting.batch, 4, [seed, 1, i])
        ones, zeros = torch.ones(setting.batch), torch.zeros(setting.batch)
        discriminator.zero_grad()
        real = torch.sigmoid(discriminator(x, y))
        error_real = bce(real, ones)
        error_real.backward()
        fake = generator(z, y)
        judged = torch.sigmoid(discriminator(fake.detach(), y))
        error_fake = bce(judged, zeros)
        error_fake.backward()
        optimiser_d.step()
        generator.zero_grad()
        again = torch.sigmoid(discriminator(fake, y))
        error = bce(again, ones) if setting.loss == "non-saturating" else -bce(again, zeros)
        error.backward()
        optimiser_g.step()
        noted.append([float(v) for v in (error_real + error_fake, error, real.mean(), judged.mean())])
    return noted


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("loss", ["non-saturating", "minimax"])
def test_it_is_the_usual_loop(conditional: bool, loss: str) -> None:
    setting = Setting(batch=8, generator_rate=1e-3, loss=loss)  # type: ignore[arg-type]
    mine, plain = networks(conditional), networks(conditional)
    training = AdversarialTraining(*mine, IMAGES, LABELS, setting, seed=5)
    for _ in range(4):
        training.step()
    noted = plain_loop(*plain, setting, 5, 4)
    np.testing.assert_allclose(training.history(), noted, rtol=1e-3, atol=1e-4)
    for one, other in zip(mine, plain, strict=True):
        for (name, value), expected in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
            torch.testing.assert_close(
                value, expected, rtol=1e-3, atol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
            )


@pytest.mark.parametrize("trained", ["generator", "discriminator"])
def test_only_one_network_is_trained(trained: str) -> None:
    generator, discriminator = networks()
    before = {
        "generator": copy.deepcopy(list(generator.parameters())),
        "discriminator": copy.deepcopy(list(discriminator.parameters())),
    }
    training = AdversarialTraining(generator, discriminator, IMAGES, LABELS, Setting(batch=8, trained=trained))  # type: ignore[arg-type]
    training.step()
    for name, model in (("generator", generator), ("discriminator", discriminator)):
        same = all(torch.equal(a, b) for a, b in zip(before[name], model.parameters(), strict=True))
        assert same == (name != trained)


def test_an_epoch_shows_every_image_once() -> None:
    training = AdversarialTraining(*networks(), IMAGES, LABELS, Setting(batch=10))
    shown: list[torch.Tensor] = []
    training.discriminator.register_forward_pre_hook(lambda module, inputs: shown.append(inputs[0].detach()))
    for _ in range(8):
        training.step()
    known = as_input(torch.from_numpy(IMAGES)).flatten(1)
    real = [batch.flatten(1) for batch in shown[::3]]  # then D sees generated ones, for its own step and for G's
    seen = [torch.cdist(batch, known).argmin(1).numpy() for batch in real]
    assert all(torch.equal(known[indices], batch) for indices, batch in zip(seen, real, strict=True))
    first, second = np.concatenate(seen[:4]), np.concatenate(seen[4:])
    assert sorted(first) == sorted(second) == list(range(40))
    assert first.tolist() != second.tolist()


def test_fewer_images_than_a_batch_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fill a batch of 128"):
        AdversarialTraining(*networks(), IMAGES, LABELS)


def test_bytes_survive_the_way_to_the_network_and_back() -> None:
    all_levels = torch.arange(256, dtype=torch.uint8).repeat(4).reshape(1, 32, 32)
    x = as_input(all_levels)
    assert x.min() == -1 and x.max() == 1
    assert (as_pixels(x) == all_levels.numpy()).all()


def test_an_image_depends_on_its_own_noise_alone() -> None:
    generator, _ = networks(conditional=True)
    generator(torch.randn(64, 4), torch.arange(64) % 10)  # running means that are no longer those of the start
    z, labels = noise(9, 4, [1]), torch.arange(9)
    together = generate(generator, z, labels, batch=4)
    alone = np.concatenate([generate(generator, z[i : i + 1], labels[i : i + 1]) for i in range(9)])
    assert np.abs(together.astype(int) - alone).max() <= 1  # rounding to a byte may fall either way
    assert generator.training


def test_losses_are_cross_entropies_and_their_gradients_closed_forms() -> None:
    real, fake = torch.randn(50, dtype=torch.float64), torch.randn(50, dtype=torch.float64, requires_grad=True)
    bce = nn.functional.binary_cross_entropy_with_logits
    expected = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
    torch.testing.assert_close(discriminator_loss(real, fake), expected)
    torch.testing.assert_close(generator_loss(fake), bce(fake, torch.ones_like(fake)))
    torch.testing.assert_close(generator_loss(fake, "minimax"), (1 - fake.sigmoid()).log().mean())
    for kind, slope in (("non-saturating", fake.sigmoid() - 1), ("minimax", -fake.sigmoid())):
        (gradient,) = torch.autograd.grad(generator_loss(fake, kind), fake)  # type: ignore[arg-type]
        torch.testing.assert_close(gradient, slope.detach() / 50)
    assert torch.isfinite(generator_loss(torch.tensor([-1e4]))) and torch.isfinite(
        generator_loss(torch.tensor([1e4]), "minimax")
    )
    with pytest.raises(ValueError, match="minimax"):
        generator_loss(fake, "hinge")  # type: ignore[arg-type]


def test_the_arithmetic_of_a_step_is_counted() -> None:
    """Every layer's multiplications by hand: outputs × inputs of a kernel."""
    d = [256 * 32 * 16, 64 * 64 * 32 * 16, 16 * 128 * 64 * 16, 128 * 16]
    g = [100 * 128 * 16, 16 * 128 * 64 * 16, 64 * 64 * 32 * 16, 256 * 32 * 16]
    # D on real and on fake: forward, gradient of weights, of inputs but the image. G: the same.
    # D for G: forward and inputs.
    expected = 2 * (3 * sum(d) - d[0]) + (3 * sum(g) - g[0]) + 2 * sum(d)
    assert training_flops(Generator(), Discriminator(), batch=4) == pytest.approx(2 * expected, rel=0.001)


@pytest.mark.parametrize("batch", [4, 16])
def test_what_a_conditional_network_does_once_a_batch_is_shared_out(batch: int) -> None:
    d = [256 * 16 * 16, 64 * 64 * 32 * 16, 16 * 128 * 64 * 16, 128 * 16]
    g = [100 * 64 * 16, 10 * 64 * 16, 16 * 128 * 64 * 16, 64 * 64 * 32 * 16, 256 * 32 * 16]
    planes = (
        10 * 256 * 16 * 10 * 16
    )  # the class maps: forward and weights for D's step, on real and on fake; forward for G's
    expected = 2 * (3 * sum(d) - d[0]) + (3 * sum(g) - g[0] - g[1]) + 2 * sum(d) + 5 * planes / batch
    counted = training_flops(ConditionalGenerator(width=32), ConditionalDiscriminator(16), batch=batch)
    assert counted == pytest.approx(2 * expected, rel=0.001)
