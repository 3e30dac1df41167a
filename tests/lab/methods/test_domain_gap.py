"""Distances between domains, against cases whose answer is known and against sums written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from experiments.lab.methods.domain_gap import a_distance, mmd, probe_accuracy


def clouds(shift: float, count: int = 1000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(2, count, 5))
    target[:, 0] += shift
    return source, target


def test_the_probe_reaches_the_best_possible_accuracy_between_two_normal_clouds() -> None:
    """Bayes: Φ(shift / 2)."""
    for shift in (0.0, 1.0, 3.0):
        assert probe_accuracy(*clouds(shift)) == pytest.approx(norm.cdf(shift / 2), abs=0.03)


def test_a_distance_is_0_for_a_coin_and_2_for_certainty() -> None:
    assert a_distance(0.5) == 0 == a_distance(0.4)
    assert a_distance(1.0) == 2
    assert a_distance(0.75) == pytest.approx(1)


def test_mmd_is_the_three_sums_of_the_definition() -> None:
    source, target = clouds(1.0, 12)
    target = target[:9]
    both = np.concatenate([source, target])
    pairs = [((a - b) ** 2).sum() for i, a in enumerate(both) for b in both[:i]]
    k = lambda a, b: np.exp(-((a - b) ** 2).sum() / np.median(pairs))  # noqa: E731
    within = np.mean([k(a, b) for i, a in enumerate(source) for j, b in enumerate(source) if i != j])
    within += np.mean([k(a, b) for i, a in enumerate(target) for j, b in enumerate(target) if i != j])
    across = np.mean([k(a, b) for a in source for b in target])
    assert mmd(source, target) == pytest.approx(within - 2 * across)


def test_mmd_is_about_0_for_one_distribution_grows_with_the_shift_and_ignores_the_scale() -> None:
    found = [mmd(*clouds(shift, 300)) for shift in (0.0, 1.0, 3.0)]
    assert abs(found[0]) < 0.01 < found[1] < found[2]
    source, target = clouds(1.0, 300)
    assert mmd(100 * source, 100 * target) == pytest.approx(found[1])
