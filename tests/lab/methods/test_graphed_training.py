"""The loops of training and of gradient ascent: on a CPU the plain ones to the bit, on a GPU as graphs the same.

The last batch of an epoch is smaller for the digit classifier and for small networks on features, and there are enough
iterations that graphs are captured and replayed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.device import best_device
from experiments.lab.methods import cuda_graph, head_training
from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
from experiments.lab.methods.class_image import Ascent
from experiments.lab.methods.cuda_graph import WARM, GraphedIteration, follow_schedule, sum_in_order
from experiments.lab.methods.digit_training import train_digits
from experiments.lab.methods.domain_adversarial import train
from experiments.lab.methods.gradient_reversal import schedule
from experiments.lab.methods.head_training import Make, Optimiser, cross_validate, last_layer, perceptron
from experiments.lab.methods.self_training import self_train
from experiments.lab.methods.stacked_domain_adversarial import train_stacked
from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator
from experiments.lab.nets.dcgan import Discriminator, Generator, initialise
from tests.lab.methods import plain_training as plain

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (40, 32, 32), dtype=np.uint8)
LABELS = RNG.integers(0, 10, 40)
SOURCE = RNG.integers(0, 256, (56, 28, 28, 3), dtype=np.uint8)
TARGET = RNG.integers(0, 256, (20, 28, 28, 3), dtype=np.uint8)
DIGITS = RNG.integers(0, 10, 56)
FEATURES = RNG.normal(size=(40, 12))
ITERATIONS = 12
on_cpu = pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU adds in another order")
on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


def weights(*models: nn.Module) -> dict[str, np.ndarray]:
    """Parameters and buffers of networks."""
    states = [model.state_dict() for model in models]
    return {f"{i}.{name}": value.cpu().numpy() for i, state in enumerate(states) for name, value in state.items()}


def dcgan() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(3)
    pair = Generator(10, 4), Discriminator(4)
    for model in pair:
        initialise(model)
    return pair


def conditional() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(3)
    return ConditionalGenerator(10, 4), ConditionalDiscriminator(4)


Trained = Literal["both", "generator", "discriminator"]
GANS: dict[str, tuple[Callable[[], tuple[nn.Module, nn.Module]], Setting]] = {
    "DCGAN": (dcgan, Setting(batch=8)),
    "conditional": (conditional, Setting(batch=8, generator_rate=1e-3)),
    "minimax": (dcgan, Setting(batch=8, loss="minimax")),
    "generator alone": (dcgan, Setting(batch=8, trained="generator")),
    "discriminator alone": (dcgan, Setting(batch=8, trained="discriminator")),
}
DANNS: dict[str, dict[str, Any]] = {
    "DANN": {"target": TARGET, "weight": schedule},
    "constant, recoloured": {"target": TARGET, "weight": lambda p: 0.3, "recoloured": True},
    "not reversed": {"target": TARGET, "weight": lambda p: -schedule(p)},
    "detached": {"target": TARGET, "weight": lambda p: 0.0},
    "source only": {"target": None, "weight": lambda p: 0.0},
}


HEADS: dict[str, tuple[Make, Optimiser]] = {
    "a last layer by SGD": (lambda: last_layer(12, 10), lambda found: torch.optim.SGD(found, 0.1, momentum=0.9)),
    "perceptrons by AdamW": (
        lambda: perceptron(12, 10, hidden=8),
        lambda found: torch.optim.AdamW(found, 3e-3, weight_decay=0.1, fused=True),
    ),
}
ASCENTS: dict[str, dict[str, int]] = {
    "ascent": {"jitter": 3, "blur_every": 5},
    "ascent, no jitter": {"jitter": 0, "blur_every": 5},
    "ascent, no blur": {"jitter": 3, "blur_every": 1_000_000},
}
ROWS = 3


def gan(name: str, graphed: bool = True) -> dict[str, np.ndarray]:
    """What a GAN has become, by the loop of the laboratory."""
    pair, setting = GANS[name]
    training = AdversarialTraining(*pair(), IMAGES, LABELS, setting, 5, graphed)
    for _ in range(ITERATIONS):
        training.step()
    return weights(training.generator, training.discriminator) | {"history": training.history()}


def dann(name: str, graphed: bool = True) -> dict[str, Any]:
    """What DANN or one of its variants has become, and its history as a table."""
    settings = {"recoloured": False} | DANNS[name]
    found = train(SOURCE, DIGITS, **settings, epochs=2, batch=16, seed=4, graphed=graphed)
    columns = {key: np.array([row[key] for row in found.history]) for key in found.history[0]}
    return weights(found.model) | columns


def self_trained(graphed: bool = True) -> dict[str, Any]:
    """A network after two rounds on pseudo-labels."""
    model = train(SOURCE, DIGITS, epochs=1, batch=16).model
    for _ in self_train(
        model, SOURCE, DIGITS, TARGET, threshold=0.1, rounds=2, steps=WARM + 3, batch=16, graphed=graphed
    ):
        pass
    return weights(model)


def digits(graphed: bool = True) -> dict[str, Any]:
    """A classifier of digits, and its losses."""
    losses = []
    for model, loss in train_digits(IMAGES, LABELS, epochs=3, batch=12, seed=6, graphed=graphed):  # noqa: B007
        losses.append(loss)
    return weights(model) | {"loss": np.array(losses)}


def heads(name: str, graphed: bool = True) -> dict[str, Any]:
    """Small networks on features, after five epochs of two full batches and a smaller one, and losses of two folds."""
    about: dict[str, Any] = {"batch": 16, "graphed": graphed}
    stack = head_training.train(*HEADS[name], FEATURES, LABELS, epochs=5, seeds=(7, 8), **about)
    folds = [(np.arange(30), np.arange(30, 40)), (np.arange(10, 40), np.arange(10))]
    found = cross_validate(*HEADS[name], FEATURES, LABELS, folds, seed=7, epochs=5, **about)
    return weights(stack) | {"loss": found.loss}


def classifier() -> nn.Module:
    torch.manual_seed(2)
    layers = nn.Conv2d(3, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 10, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    return nn.Sequential(*layers).requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def ascent_settings(name: str, device: torch.device) -> dict[str, Any]:
    """Where an ascent starts, and how it goes."""
    start = torch.from_numpy(np.random.default_rng(1).normal(size=(ROWS, 3, 16, 20)).astype(np.float32))
    return {
        "images": start.to(device=device, memory_format=torch.channels_last),
        "targets": torch.tensor([0, 4, 9], device=device),
        "rate": torch.tensor([0.1, 1.0, 5.0]),
        "l2": torch.tensor([0.0, 1e-3, 1e-1]),
        "steps": ITERATIONS,
        "seed": 5,
    } | ASCENTS[name]


def ascent(name: str, graphed: bool = True) -> dict[str, Any]:
    """Class images, and the probabilities of their classes on the way."""
    device = best_device()
    found = Ascent(classifier().to(device), **ascent_settings(name, device), graphed=graphed)
    for _ in range(ITERATIONS):
        found.step()
    return {"images": found.images.cpu().numpy(), "probabilities": found.probabilities()}


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """On a CPU to the last bit.

    A GPU adds in another order each time, and Adam makes whole updates of what is left of a gradient that is nearly 0.
    """
    assert found.keys() == expected.keys()
    tolerance = {"rtol": 1e-2, "atol": 5e-3} if torch.cuda.is_available() else {"rtol": 0.0, "atol": 0.0}
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, **tolerance, err_msg=name)


@on_cpu
@pytest.mark.parametrize("name", GANS)
def test_a_gan_is_that_of_the_plain_loop(name: str) -> None:
    pair, setting = GANS[name]
    models = pair()
    history = plain.train_gan(*models, IMAGES, LABELS, setting, 5, ITERATIONS)
    assert_same(gan(name), weights(*models) | {"history": history})


@on_cpu
@pytest.mark.parametrize("name", DANNS)
def test_dann_is_that_of_the_plain_loop(name: str) -> None:
    settings = {"recoloured": False} | DANNS[name]
    model, history = plain.train_dann(SOURCE, DIGITS, **settings, epochs=2, batch=16, seed=4)
    found = dann(name)
    about = {key: found.pop(key) for key in ("epoch", "weight", "rate")}
    assert about["epoch"].tolist() == [1, 2]
    assert_same(found, weights(model) | {key: np.array([row[key] for row in history]) for key in history[0]})


@on_cpu
def test_self_training_is_that_of_the_plain_loop() -> None:
    model = train(SOURCE, DIGITS, epochs=1, batch=16).model
    before = weights(model)["0.label.4.bias"].copy()
    plain.self_train(model, SOURCE, DIGITS, TARGET, threshold=0.1, rounds=2, steps=WARM + 3, batch=16)
    assert not np.array_equal(weights(model)["0.label.4.bias"], before)
    assert_same(self_trained(), weights(model))


@on_cpu
def test_the_digit_classifier_is_that_of_the_plain_loop() -> None:
    losses = []
    for model, loss in plain.train_digits(IMAGES, LABELS, epochs=3, batch=12, seed=6):  # noqa: B007
        losses.append(loss)
    assert_same(digits(), weights(model) | {"loss": np.array(losses)})


@on_cpu
@pytest.mark.parametrize("name", HEADS)
def test_networks_on_features_are_those_of_the_plain_loop(name: str) -> None:
    x, y = torch.from_numpy(FEATURES).float(), torch.from_numpy(LABELS)
    stack = plain.train_heads(*HEADS[name], x, y, epochs=5, seeds=[7, 8], batch=16)
    found = heads(name)
    del found["loss"]  # `test_head_training` has what cross-validation measures
    assert_same(found, weights(stack))


@on_cpu
@pytest.mark.parametrize("name", ASCENTS)
def test_an_ascent_is_that_of_the_plain_loop(name: str) -> None:
    images, probabilities = plain.ascend(classifier(), **ascent_settings(name, torch.device("cpu")))
    assert_same(ascent(name), {"images": images.numpy(), "probabilities": probabilities.numpy()})


LOOPS: dict[str, Callable[[bool], dict[str, Any]]] = {
    **{name: lambda graphed, name=name: gan(name, graphed) for name in GANS},  # type: ignore[misc]
    **{name: lambda graphed, name=name: dann(name, graphed) for name in DANNS},  # type: ignore[misc]
    **{name: lambda graphed, name=name: heads(name, graphed) for name in HEADS},  # type: ignore[misc]
    **{name: lambda graphed, name=name: ascent(name, graphed) for name in ASCENTS},  # type: ignore[misc]
    "pseudo-labels": self_trained,
    "digit classifier": digits,
}


@on_gpu
@pytest.mark.parametrize("name", LOOPS)
def test_a_graph_does_what_single_launches_do(name: str) -> None:
    assert_same(LOOPS[name](True), LOOPS[name](False))


@on_gpu
def test_a_graph_is_captured_at_all() -> None:
    training = AdversarialTraining(*dcgan(), IMAGES, LABELS, Setting(batch=8))
    launches = []
    training.generator.register_forward_hook(lambda *_: launches.append(training.iteration))
    for _ in range(ITERATIONS):
        training.step()
    assert launches == list(range(WARM + 1))  # the last of them was the capture
    assert len(training.history()) == ITERATIONS


def test_nothing_waits_for_a_number_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tensors of the device "meta" have shapes and no numbers, and cannot be used together with those of a CPU."""
    nowhere = torch.device("meta")
    found = Ascent(classifier().to(nowhere), **ascent_settings("ascent", nowhere))
    for _ in range(ITERATIONS):
        found.step()
    assert found.images.is_meta and found.taken == ITERATIONS
    monkeypatch.setattr(head_training, "best_device", lambda: nowhere)
    stack = head_training.train(*HEADS["a last layer by SGD"], FEATURES, LABELS, epochs=2, batch=16)
    assert all(parameter.is_meta for parameter in stack.parameters())


@on_gpu
def test_a_smaller_last_batch_has_a_graph_of_its_own() -> None:
    launches: list[int] = []

    class Counted(nn.ReLU):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            launches.append(x.shape[1])
            return super().forward(x)

    def counted() -> nn.Sequential:
        return nn.Sequential(nn.Linear(12, 8), Counted(), nn.Linear(8, 10))

    head_training.train(counted, HEADS["perceptrons by AdamW"][1], FEATURES, LABELS, epochs=ITERATIONS, batch=16)
    assert [launches.count(size) for size in (16, 8)] == [WARM + 1, WARM + 1]  # the last of them was the capture


def test_a_restored_gan_goes_on_with_its_history() -> None:
    """Also where a graph had been captured before, and where nothing was collected yet."""
    whole = gan("DCGAN")
    for stopped in (0, 2, WARM + 4):
        first, second = (AdversarialTraining(*dcgan(), IMAGES, LABELS, Setting(batch=8), 5) for _ in range(2))
        for _ in range(stopped):
            first.step()
        for _ in range(WARM + 2):
            second.step()
        second.restore(first.state())
        for _ in range(ITERATIONS - stopped):
            second.step()
        found = weights(second.generator, second.discriminator) | {"history": second.history()}
        assert found["history"].shape == (ITERATIONS, 4) and found["history"].dtype == np.float32
        assert_same(found, whole)


def test_a_loss_that_is_not_finite_stays_in_the_history() -> None:
    training = AdversarialTraining(*dcgan(), IMAGES, LABELS, Setting(batch=8, discriminator_rate=float("inf")))
    for _ in range(WARM + 3):
        training.step()
    finite = np.isfinite(training.history()[:, 0])
    assert finite[0] and not finite[1:].any()


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=on_gpu)])
def test_what_is_collected_is_fetched_when_there_is_no_room_for_more(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuda_graph, "ROOM", 4)
    iteration = GraphedIteration(lambda number: {"square": number**2}, torch.device(device))
    assert iteration.collected() == {}
    for i in range(10):
        iteration(number=torch.tensor(float(i)))
        if i in (1, 7):
            np.testing.assert_array_equal(iteration.collected()["square"], np.arange(i + 1.0) ** 2)
    found = iteration.collected()["square"]
    np.testing.assert_array_equal(found, np.arange(10.0) ** 2)
    iteration.restore({"square": found[:3]})
    iteration(number=torch.tensor(7.0))
    np.testing.assert_array_equal(iteration.collected()["square"], [0, 1, 4, 49])


def stacked(graphed: bool) -> dict[str, Any]:
    """Two networks by DANN at once."""
    settings: dict[str, Any] = {"weights": [schedule] * 2, "seeds": [0, 1], "epochs": 1, "batch": 16}
    return {"models": train_stacked(SOURCE, DIGITS, TARGET, **settings, graphed=graphed)}


@pytest.mark.parametrize("loop", [*LOOPS.values(), stacked], ids=[*LOOPS, "a stack"])
def test_nothing_of_an_iteration_is_kept(loop: Callable[[bool], dict[str, Any]]) -> None:
    """An autograd graph that outlives its iteration fills the memory, and disturbs the capture of a later one."""

    def with_graph() -> set[int]:
        return {id(each) for each in gc.get_objects() if type(each) is torch.Tensor and each.grad_fn is not None}

    gc.collect()
    gc.disable()
    try:
        before = with_graph()
        loop(False)
        assert with_graph() <= before
    finally:
        gc.enable()


def test_a_sum_in_order_is_that_of_an_accumulator() -> None:
    values = RNG.normal(size=999).astype(np.float32)
    total = torch.zeros(())
    for value in values:
        total += torch.tensor(value)
    assert sum_in_order(values) == float(total) != float(values.astype(float).sum())


@on_cpu
def test_on_a_cpu_a_schedule_is_left_alone() -> None:
    adam = torch.optim.Adam([nn.Parameter(torch.zeros(1))], betas=(0.7, 0.9))
    follow_schedule(adam)
    assert adam.param_groups[0]["betas"] == (0.7, 0.9) and "beta1" not in adam.param_groups[0]


@on_gpu
def test_on_a_gpu_adam_follows_a_schedule_within_a_graph() -> None:
    """Against the same updates of float64 numbers by hand."""
    weight = nn.Parameter(torch.ones(1, device="cuda"))
    adam = torch.optim.Adam([weight], torch.tensor(0.0, device="cuda"), foreach=False, capturable=True)
    gradient = torch.zeros(1, device="cuda")

    def update(given: torch.Tensor) -> dict[str, torch.Tensor]:
        gradient.copy_(given)
        weight.grad = gradient
        adam.step()
        return {"weight": weight}

    iteration = GraphedIteration(update, torch.device("cuda"))
    expected, value, mean, square = [], 1.0, 0.0, 0.0
    for i in range(ITERATIONS):
        slope, rate, beta1 = np.cos(i), 0.1 + 0.01 * i, 0.95 - 0.01 * i
        adam.param_groups[0]["lr"].fill_(rate)
        adam.param_groups[0]["betas"] = beta1, 0.999
        follow_schedule(adam)
        iteration(given=torch.tensor([slope], dtype=torch.float32))
        mean, square = beta1 * mean + (1 - beta1) * slope, 0.999 * square + 0.001 * slope**2
        corrected = mean / (1 - beta1 ** (i + 1)), square / (1 - 0.999 ** (i + 1))
        value -= rate * corrected[0] / (corrected[1] ** 0.5 + 1e-8)
        expected.append([value])
    np.testing.assert_allclose(iteration.collected()["weight"], expected, rtol=1e-4, atol=1e-5)
