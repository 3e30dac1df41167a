"""SVMs that are solved together are scikit-learn's `LinearSVC`, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from experiments.lab.methods import linear_svms as module
from experiments.lab.methods.linear_svms import LinearMachine, linear_svms
from tpdl import UserError

TRAIN = 120


def images(classes: int = 4, components: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping classes, each rarer than the one before, with variances that decay; twice TRAIN images."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(classes, 2 * TRAIN, p=np.arange(classes, 0, -1) / np.arange(1, classes + 1).sum())
    centres = rng.normal(size=(classes, components))
    plain = 1 + 0.5 * centres[labels] + rng.normal(size=(len(labels), components))
    return normalize(plain / np.arange(1, components + 1)), labels


def assert_equal(machine: LinearMachine, features: np.ndarray, labels: np.ndarray, C: float, rows: np.ndarray) -> None:
    reference = LinearSVC(C=C, dual=True, tol=1e-8, max_iter=1_000_000).fit(features[rows], labels[rows])
    expected = reference.decision_function(features)
    np.testing.assert_allclose(machine.decision_function(features), expected, atol=1e-4)
    np.testing.assert_array_equal(machine.predict(features), reference.predict(features))
    assert machine.score(features, labels) == reference.score(features, labels)


@pytest.mark.parametrize("factorisation", [0, 3, 1e9])
def test_equal_to_scikit_learns_for_folds_and_strengths(factorisation: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """By conjugate gradients alone, as it comes, and by factorisation alone."""
    monkeypatch.setattr(module, "FACTORISATION", factorisation)
    features, labels = images()
    fits = [(C, np.flatnonzero(np.arange(TRAIN) % 3 != fold)) for C in (0.01, 1.0, 100.0) for fold in range(3)]
    for machine, (C, rows) in zip(
        linear_svms(features, labels, [r for _, r in fits], [C for C, _ in fits]), fits, strict=True
    ):
        assert_equal(machine, features, labels, C, rows)


def test_steps_that_conjugate_gradients_do_not_reach_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FACTORISATION", 0)
    monkeypatch.setattr(module, "INNER_STEPS", 1)
    features, labels = images()
    (machine,) = linear_svms(features[:TRAIN], labels[:TRAIN], C=10)
    assert_equal(machine, features, labels, 10, np.arange(TRAIN))


def test_two_classes_have_one_row_of_weights() -> None:
    features, labels = images(classes=2)
    (machine,) = linear_svms(features, labels, [np.arange(TRAIN)])
    assert machine.weights.shape == (1, features.shape[1])
    assert_equal(machine, features, labels, 1.0, np.arange(TRAIN))


def test_each_machine_knows_only_the_classes_that_it_has_seen() -> None:
    features, labels = images()
    named = np.array(["coast", "forest", "kitchen", "street"])[labels]
    rows = [np.flatnonzero(labels[:TRAIN] != 1), np.flatnonzero(labels[:TRAIN] < 2), np.arange(TRAIN)]
    for machine, chosen in zip(linear_svms(features, named, rows), rows, strict=True):
        np.testing.assert_array_equal(machine.classes, np.unique(named[chosen]))
        assert_equal(machine, features, named, 1.0, chosen)


def test_an_image_that_comes_twice_counts_twice() -> None:
    features, labels = images()
    twice = np.concatenate([np.arange(TRAIN), np.arange(0, TRAIN, 3)])
    (machine,) = linear_svms(features, labels, [twice])
    assert_equal(machine, features, labels, 1.0, twice)
    repeated = features[twice]
    (again,) = linear_svms(repeated, labels[twice])
    np.testing.assert_allclose(again.decision_function(features), machine.decision_function(features), atol=1e-4)


@pytest.mark.parametrize("components", [5, 400])
def test_with_few_components_and_with_more_than_images(components: int) -> None:
    features, labels = images(components=components)
    features = 3 * features
    (machine,) = linear_svms(features, labels, [np.arange(TRAIN)], 2.0)
    assert_equal(machine, features, labels, 2.0, np.arange(TRAIN))


def test_a_list_of_strengths_is_a_machine_for_each() -> None:
    features, labels = images()
    weak, strong = linear_svms(features, labels, C=[0.01, 10.0])
    assert_equal(weak, features, labels, 0.01, np.arange(2 * TRAIN))
    assert_equal(strong, features, labels, 10.0, np.arange(2 * TRAIN))


def test_decision_values_are_as_near_as_the_tolerance_says() -> None:
    features, labels = images()
    (rough,), (exact,) = (linear_svms(features, labels, tolerance=tolerance) for tolerance in (1e-1, 1e-9))
    apart = np.abs(rough.decision_function(features) - exact.decision_function(features)).max()
    assert 1e-8 < apart < 1e-1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"C": 0.0}, "C must be positive"),
        ({"C": [1.0, 2.0, np.inf]}, "C must be positive"),
        ({"C": [1.0, 2.0], "rows": [np.arange(9)] * 3}, "3 choices of images and 2 values of C"),
        ({"rows": [np.arange(0)]}, "two classes or more"),
        ({"iterations": 1}, "C=1 did not converge; choose a smaller C"),
    ],
)
def test_what_cannot_be_learned_is_said_in_a_line(arguments: dict, said: str) -> None:
    features, labels = images()
    with pytest.raises(UserError, match=said) as caught:
        linear_svms(features, labels, **arguments)
    assert "\n" not in str(caught.value)


def test_features_that_are_no_numbers_and_labels_that_are_missing() -> None:
    features, labels = images()
    with pytest.raises(UserError, match="240 images and 120 labels"):
        linear_svms(features, labels[:TRAIN])
    features[7, 3] = np.nan
    with pytest.raises(UserError, match="infinite or not a number"):
        linear_svms(features, labels)
