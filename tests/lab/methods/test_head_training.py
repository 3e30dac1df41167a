"""Heads trained by gradient descent, against scikit-learn's solution of the same problem."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from experiments.lab.methods.head_training import last_layer, one_epoch, perceptron, predicted, train_head
from experiments.lab.methods.intervals import bootstrap_interval, mean_interval
from experiments.lab.methods.logistic_regression import logistic_regression


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    x, y = load_digits(return_X_y=True)
    return x[:500] / 16, y[:500]


def test_a_last_layer_by_sgd_converges_to_penalised_softmax_regression(digits: tuple) -> None:
    """Weight decay w on the mean loss of n images is C = 1 / (n w); the intercept is penalised, so it is a feature."""
    x, y = digits
    x = np.hstack([x, np.ones((len(x), 1))])

    features, targets = torch.from_numpy(x).float(), torch.from_numpy(y)
    model = last_layer(x.shape[1], 10)
    steps = torch.optim.SGD([model.weight], lr=0.5, momentum=0.9, weight_decay=0.02)
    for _ in range(300):
        one_epoch(model, steps, features, targets, len(x))
    expected = LogisticRegression(C=1 / (len(x) * 0.02), fit_intercept=False, tol=1e-8, max_iter=5000).fit(x, y)
    np.testing.assert_allclose(model.weight.detach().numpy(), expected.coef_, atol=2e-3)
    np.testing.assert_array_equal(predicted(model, x), expected.predict(x))


def test_training_stops_early_is_repeatable_and_learns(digits: tuple) -> None:
    x, y = digits
    make = lambda: perceptron(64, 10, hidden=32)  # noqa: E731
    adam = lambda found: torch.optim.Adam(found, lr=1e-2)  # noqa: E731
    runs = [train_head(make, adam, x[:300], y[:300], seed=seed, epochs=100, patience=5) for seed in (0, 0, 1)]
    assert runs[0][1] < 100
    first, again, other = (next(model.parameters()).detach() for model, _ in runs)
    assert torch.equal(first, again) and not torch.equal(first, other)
    reference = LogisticRegression(max_iter=1000).fit(x[:300], y[:300]).score(x[300:], y[300:])
    assert all((predicted(model, x[300:]) == y[300:]).mean() > reference - 0.06 for model, _ in runs)


def test_the_images_held_out_decide_when_to_stop(digits: tuple) -> None:
    """With labels that carry nothing, the loss on images held out soon rises."""
    x, _ = digits
    noise = np.random.default_rng(0).integers(0, 10, len(x))
    _, epochs = train_head(
        lambda: perceptron(64, 10, dropout=0.0), lambda found: torch.optim.Adam(found, lr=1e-2), x, noise, patience=5
    )
    assert epochs < 15


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
