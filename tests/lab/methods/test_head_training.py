"""Heads trained by gradient descent, against scikit-learn's solution of the same problem and against one at a time."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from torch import nn

from experiments.lab.methods.head_training import (
    cross_validate,
    last_layer,
    perceptron,
    predicted,
    stacked,
    train,
)
from experiments.lab.methods.intervals import bootstrap_interval, mean_interval
from experiments.lab.methods.logistic_regression import logistic_regression


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    x, y = load_digits(return_X_y=True)
    return x[:500] / 16, y[:500]


def folds(x: np.ndarray, y: np.ndarray, count: int = 3) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(StratifiedKFold(count, shuffle=True, random_state=0).split(x, y))


def adam(found):  # type: ignore[no-untyped-def]
    return torch.optim.AdamW(found, lr=1e-2, weight_decay=0.1, fused=True)


def plain() -> nn.Sequential:
    return perceptron(64, 10, hidden=32, dropout=0.0)


def test_a_last_layer_by_sgd_converges_to_penalised_softmax_regression(digits: tuple) -> None:
    """Weight decay w on the mean loss of n images is C = 1 / (n w); the intercept is penalised, so it is a feature."""
    x, y = digits
    x = np.hstack([x, np.ones((len(x), 1))])

    def weights_alone(found):  # type: ignore[no-untyped-def]
        return torch.optim.SGD([next(found)], lr=0.5, momentum=0.9, weight_decay=0.02)

    model = train(lambda: last_layer(x.shape[1], 10), weights_alone, x, y, epochs=300, batch=len(x))
    expected = LogisticRegression(C=1 / (len(x) * 0.02), fit_intercept=False, tol=1e-8, max_iter=5000).fit(x, y)
    np.testing.assert_allclose(model[0].weight[0].detach().cpu().numpy().T, expected.coef_, atol=2e-3)
    np.testing.assert_array_equal(predicted(model, x)[0], expected.predict(x))


def test_a_perceptron_reaches_the_loss_of_scikit_learn(digits: tuple) -> None:
    """The penalty α/2 ‖W‖² / n of `MLPClassifier` is weight decay α / n; a batch of all images, and no dropout."""
    x, y = digits
    n, strength = len(x), 100.0

    def adam_with_penalty(found):  # type: ignore[no-untyped-def]
        weights, biases = zip(*[(each, bias) for each, bias in zip(*[iter(found)] * 2, strict=True)], strict=True)
        groups = [{"params": weights, "weight_decay": strength / n}, {"params": biases, "weight_decay": 0.0}]
        return torch.optim.Adam(groups, lr=1e-2)

    stack = train(plain, adam_with_penalty, x, y, epochs=1000, seeds=(0, 1), batch=n)
    reference = MLPClassifier((32,), alpha=strength, batch_size=n, learning_rate_init=1e-2, max_iter=1000, tol=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        expected = log_loss(y, reference.set_params(random_state=0).fit(x, y).predict_proba(x))
    scores = stack(torch.from_numpy(x).float().to(next(stack.parameters()).device).expand(2, -1, -1))
    for each in scores.softmax(2).detach().double().cpu().numpy():
        assert log_loss(y, each / each.sum(1, keepdims=True)) == pytest.approx(expected, rel=0.02)


def test_a_stack_has_the_scores_of_its_networks() -> None:
    networks = [perceptron(6, 3, hidden=4).eval() for _ in range(3)]
    x = torch.randn(3, 5, 6)
    expected = torch.stack([network(each) for network, each in zip(networks, x, strict=True)])
    torch.testing.assert_close(stacked(networks).eval()(x), expected)


def test_networks_side_by_side_are_trained_as_one_at_a_time(digits: tuple) -> None:
    """By a plain loop over one ordinary network: the same initial weights, the same order, the same updates."""
    x, y = digits
    stack = train(plain, adam, x, y, epochs=3, seeds=(0, 1), batch=100)
    for place, seed in enumerate((0, 1)):
        torch.manual_seed(seed)
        network, order = plain(), torch.Generator().manual_seed(seed)
        steps = adam(network.parameters())
        for _ in range(3):
            for chosen in torch.randperm(len(x), generator=order).split(100):
                steps.zero_grad()
                scores = network(torch.from_numpy(x).float()[chosen])
                nn.functional.cross_entropy(scores, torch.from_numpy(y)[chosen]).backward()
                steps.step()
        for layer in (0, 3):
            trained = stack[layer].weight[place].detach().cpu().T
            torch.testing.assert_close(trained, network[layer].weight.detach(), atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("larger", [0, 3])
def test_cross_validation_measures_networks_trained_without_the_images_held_out(digits: tuple, larger: int) -> None:
    """The folds may hold out, and train on, different numbers of images; an epoch has as many as the smallest."""
    x, y = digits[0][:307], digits[1][:307]
    splits = [
        (learned[: 200 + larger * fold], held_out[: 100 - fold]) for fold, (learned, held_out) in enumerate(folds(x, y))
    ]
    found = cross_validate(plain, adam, x, y, splits, seed=3, epochs=4, batch=50)
    assert found.loss.shape == found.accuracy.shape == (4, 3)
    for fold, (learned, held_out) in enumerate(splits if not larger else splits[:1]):
        alone = train(plain, adam, x[learned], y[learned], epochs=4, seeds=(3 + fold,), batch=50)
        assert found.accuracy[-1, fold] == pytest.approx((predicted(alone, x[held_out])[0] == y[held_out]).mean())
    same = np.zeros(len(y), int)
    assert cross_validate(plain, adam, x, same, splits, epochs=30).accuracy[-1].tolist() == pytest.approx([1, 1, 1])


def test_training_stops_early_is_repeatable_and_learns(digits: tuple) -> None:
    x, y = digits
    make = lambda: perceptron(64, 10, hidden=32)  # noqa: E731
    state = torch.get_rng_state()
    runs = [
        cross_validate(make, adam, x[:300], y[:300], folds(x[:300], y[:300]), seed=seed, epochs=200, patience=10)
        for seed in (0, 0, 1)
    ]
    assert torch.equal(state, torch.get_rng_state())
    first, again, other = runs
    assert np.array_equal(first.loss, again.loss) and not np.array_equal(first.loss[0], other.loss[0])
    assert first.converged and len(first.loss) == first.epochs + 10 < 200
    assert first.loss.mean(1)[first.epochs - 1] < first.loss.mean(1).min() + 1e-4
    cut_short = cross_validate(make, adam, x[:300], y[:300], folds(x[:300], y[:300]), epochs=3, patience=10)
    assert not cut_short.converged and cut_short.epochs == 3
    np.testing.assert_array_equal(cut_short.loss, first.loss[:3])
    reference = LogisticRegression(max_iter=1000).fit(x[:300], y[:300]).score(x[300:], y[300:])
    stack = train(make, adam, x[:300], y[:300], epochs=first.epochs, seeds=range(3))
    assert ((predicted(stack, x[300:]) == y[300:]).mean(1) > reference - 0.06).all()


def test_the_images_held_out_decide_when_to_stop(digits: tuple) -> None:
    """With labels that carry nothing, the loss on images held out soon rises."""
    x, _ = digits
    noise = np.random.default_rng(0).integers(0, 10, len(x))
    found = cross_validate(plain, adam, x, noise, folds(x, noise), patience=5)
    assert found.converged and found.epochs < 15


def test_logistic_regression_has_the_gradient_of_its_optimum(digits: tuple) -> None:
    """C Σ (p - y) xᵀ + W = 0."""
    x, y = digits
    machine = logistic_regression(x, y, C=2.0, tolerance=1e-8)
    error = machine.predict_proba(x) - np.eye(10)[y]
    np.testing.assert_allclose(2.0 * error.T @ x, -machine.coef_, atol=1e-3)


def test_the_interval_of_a_mean_is_the_interval_of_a_share() -> None:
    right = np.random.default_rng(0).random(2000) < 0.85
    np.testing.assert_allclose(mean_interval(right.astype(float)), bootstrap_interval(right), atol=0.002)
    with pytest.raises(ValueError, match="no items"):
        mean_interval(np.array([]))
