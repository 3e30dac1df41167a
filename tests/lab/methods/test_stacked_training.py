"""Training without Python in the iteration, and of several seeds at once, against the plain loops of the lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
from experiments.lab.methods.cuda_graph import WARM, GraphedIteration
from experiments.lab.methods.domain_adversarial import train, weights_of
from experiments.lab.methods.gradient_reversal import schedule
from experiments.lab.methods.stacked_adversarial import StackedAdversarialTraining
from experiments.lab.methods.stacked_domain_adversarial import train_stacked
from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator
from experiments.lab.nets.dcgan import Discriminator, Generator, initialise
from experiments.lab.nets.digit_classifier import DigitClassifier
from experiments.lab.nets.stacked import Grouped, Mapped, Single

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (40, 32, 32), dtype=np.uint8)
LABELS = RNG.integers(0, 10, 40)
ITERATIONS = 4
SEEDS = (3, 4, 5)
on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


def dcgan(seed: int) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(seed)
    pair = Generator(10, 4), Discriminator(4)
    for network in pair:
        initialise(network)
    return pair


def conditional(seed: int) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(seed)
    return ConditionalGenerator(10, 4), ConditionalDiscriminator(4)


def plain(pair: Callable[[int], Any], seed: int, setting: Setting) -> AdversarialTraining:
    training = AdversarialTraining(*pair(seed), IMAGES, LABELS, setting, seed)
    for _ in range(ITERATIONS):
        training.step()
    return training


def stacked(pair: Callable[[int], Any], seeds: tuple[int, ...], setting: Setting, **more: Any) -> Any:
    pairs = [pair(seed) for seed in seeds]
    training = StackedAdversarialTraining(pairs, IMAGES, LABELS, setting, seeds, **more)
    for _ in range(ITERATIONS):
        training.step()
    return training


def assert_same(one: nn.Module, other: nn.Module) -> None:
    for (name, value), expected in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        torch.testing.assert_close(value, expected, rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("trained", ["both", "generator", "discriminator"])
def test_one_gan_is_what_the_plain_loop_makes(trained: Any) -> None:
    setting = Setting(batch=8, trained=trained, loss="minimax" if trained == "both" else "non-saturating")
    expected, training = plain(dcgan, 3, setting), stacked(dcgan, (3,), setting)
    np.testing.assert_allclose(training.history()[0], expected.history(), rtol=1e-5, atol=1e-6)
    for network, original in zip(training.networks(0), (expected.generator, expected.discriminator), strict=True):
        assert_same(network, original)


@pytest.mark.parametrize(("pair", "stack"), [(dcgan, Mapped), (dcgan, Grouped), (conditional, Mapped)])
def test_a_stack_of_gans_is_what_each_seed_makes_by_itself(pair: Any, stack: Any) -> None:
    setting = Setting(batch=8)
    training = stacked(pair, SEEDS, setting, stack=stack)
    for which, seed in enumerate(SEEDS):
        expected = plain(pair, seed, setting)
        np.testing.assert_allclose(training.history()[which], expected.history(), rtol=1e-4, atol=1e-5)
        for network, original in zip(
            training.networks(which), (expected.generator, expected.discriminator), strict=True
        ):
            assert_same(network, original)


@pytest.mark.parametrize("stack", [Mapped, Grouped])
def test_a_stack_goes_on_from_its_state(stack: Any) -> None:
    setting = Setting(batch=8)
    whole = stacked(dcgan, SEEDS, setting, stack=stack)
    first = StackedAdversarialTraining([dcgan(seed) for seed in SEEDS], IMAGES, LABELS, setting, SEEDS, stack)
    first.step()
    state = first.state()
    state = torch.load(_saved(state), weights_only=True)
    second = StackedAdversarialTraining([dcgan(9) for _ in SEEDS], IMAGES, LABELS, setting, SEEDS, stack)
    second.restore(state)
    for _ in range(ITERATIONS - 1):
        second.step()
    np.testing.assert_array_equal(second.history(), whole.history())


def _saved(state: Any) -> Any:
    import io

    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return file


def test_what_cannot_be_stacked() -> None:
    with pytest.raises(TypeError, match="no Linear; use Mapped"):
        Grouped([nn.ModuleDict({"layers": nn.Sequential(nn.Linear(2, 2))}) for _ in range(2)])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="2 pairs of networks need as many seeds, not 1"):
        StackedAdversarialTraining([dcgan(0), dcgan(1)], IMAGES, LABELS, Setting(batch=8))
    with pytest.raises(ValueError, match="40 images do not fill a batch of 128"):
        StackedAdversarialTraining([dcgan(0)], IMAGES, LABELS)


def test_any_network_can_be_mapped() -> None:
    networks = [DigitClassifier().eval() for _ in range(3)]
    x = torch.randn(3, 2, 1, 32, 32)
    with torch.no_grad():
        for stack, count in ((Mapped(networks), 3), (Single(networks[:1]), 1)):
            for which, scores in enumerate(stack(x[:count])):
                torch.testing.assert_close(scores, networks[which](x[which]), rtol=1e-4, atol=1e-5)
            assert_same(stack.network(count - 1), networks[count - 1])


SOURCE = RNG.integers(0, 256, (24, 28, 28, 3), dtype=np.uint8)
TARGET = RNG.integers(0, 256, (20, 28, 28, 3), dtype=np.uint8)
DIGITS = RNG.integers(0, 10, 24)
SETTINGS: dict[str, Any] = {"epochs": 2, "batch": 16}


@pytest.mark.parametrize(
    ("target", "weights", "seeds", "recoloured"),
    [
        (TARGET, [schedule], [3], False),
        (TARGET, [schedule, lambda p: 0.5, lambda p: -0.5, lambda p: 0.0], [3, 3, 4, 5], False),
        (None, [schedule, schedule], [3, 4], True),
    ],
    ids=["one", "four with different weights", "source only"],
)
def test_domain_adversarial_training(target: Any, weights: Any, seeds: list[int], recoloured: bool) -> None:
    together = train_stacked(
        SOURCE,
        DIGITS,
        target,
        weights=weights,
        seeds=seeds,
        recoloured=recoloured,
        evaluate=lambda which, model: {"bias": model.label[0].bias[0].item()},
        **SETTINGS,
    )
    for which, (weight, seed) in enumerate(zip(weights, seeds, strict=True)):
        alone = train(SOURCE, DIGITS, target, weight=weight, seed=seed, recoloured=recoloured, **SETTINGS)
        history = [{name: value for name, value in row.items() if name != "bias"} for row in together[which].history]
        for row, expected in zip(history, alone.history, strict=True):
            assert row.keys() == expected.keys()
            assert row == pytest.approx(expected, rel=1e-4, abs=1e-5)
        assert_same(together[which].model, alone.model)
        assert together[which].history[-1]["bias"] == pytest.approx(weights_of(alone.model)["weights/label.0.bias"][0])
        assert together[which].images == alone.images and not together[which].model.training


@pytest.mark.parametrize("seeds", [[3], [3, 4]])
def test_killed_domain_adversarial_training_goes_on(seeds: list[int]) -> None:
    def trained(**more: Any) -> Any:
        return train_stacked(
            *(SOURCE, DIGITS, TARGET), weights=[schedule] * len(seeds), seeds=seeds, epochs=3, batch=16, **more
        )

    kept: dict[str, Any] = {}

    def save_and_die(key: str, state: Any) -> None:
        kept[key] = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in state.items()}
        if state["epochs"] == 2:
            raise KeyboardInterrupt

    seen = []
    whole = trained()
    with pytest.raises(KeyboardInterrupt):
        trained(save=save_and_die)
    continued = trained(load=kept.get, evaluate=lambda which, model: seen.append(which) or {})
    assert seen == list(range(len(seeds))), "one epoch is left"
    for found, expected in zip(continued, whole, strict=True):
        assert found.history == expected.history and found.images == expected.images
        for name, value in expected.model.state_dict().items():
            torch.testing.assert_close(found.model.state_dict()[name], value, rtol=0, atol=0)
    for key, state in kept.items():
        ended = trained(load={key: state | {"epochs": 3}}.get)  # killed after its last epoch
        assert not ended[0].model.training and len(ended) == len(seeds)


def falling(device: str, graphed: bool) -> tuple[GraphedIteration, Tensor]:
    """Gradient descent on (w − target)², whose rate and target come from outside."""
    weight = torch.zeros(3, device=device)

    def update(target: Tensor, rate: Tensor) -> dict[str, Tensor]:
        weight.sub_(rate * 2 * (weight - target))
        return {"loss": (weight - target).square().sum(), "weight": weight}

    return GraphedIteration(update, torch.device(device), graphed), weight


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=on_gpu)])
def test_an_iteration_collects_what_it_finds(device: str) -> None:
    iteration, weight = falling(device, True)
    expected, losses = np.zeros(3), []
    for i in range(WARM + 3):
        target, rate = np.full(3, i), 0.1 + 0.05 * i
        iteration(target=torch.from_numpy(target).float(), rate=torch.tensor(rate))
        expected = expected - rate * 2 * (expected - target)
        losses.append(((expected - target) ** 2).sum())
    collected = iteration.collected()
    np.testing.assert_allclose(collected["loss"], losses, rtol=1e-5)
    assert collected["weight"].shape == (WARM + 3, 3)
    np.testing.assert_allclose(weight.cpu().numpy(), expected, rtol=1e-5)


@on_gpu
@pytest.mark.parametrize("stack", [Mapped, Grouped])
def test_a_graph_does_what_single_launches_do(stack: Any) -> None:
    setting = Setting(batch=8)
    graphed, launched = (stacked(dcgan, SEEDS, setting, stack=stack, graphed=graphed) for graphed in (True, False))
    np.testing.assert_allclose(graphed.history(), launched.history(), rtol=1e-3, atol=1e-4)
    with_graph, without = (
        train_stacked(SOURCE, DIGITS, TARGET, weights=[schedule] * 2, seeds=[0, 1], graphed=graphed, **SETTINGS)
        for graphed in (True, False)
    )
    for one, other in zip(with_graph, without, strict=True):
        assert one.history[-1] == pytest.approx(other.history[-1], rel=1e-3, abs=1e-4)
