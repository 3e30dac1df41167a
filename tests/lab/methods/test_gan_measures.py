"""Measures of generated digits against closed forms and other libraries."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import entropy, f, ttest_1samp
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from experiments.lab.data.squares import enlarged, padded
from experiments.lab.methods.class_coverage import class_shares, classes_covered, effective_classes
from experiments.lab.methods.digit_moments import digit_moments
from experiments.lab.methods.frechet_distance import frechet_distance
from experiments.lab.methods.interpolation import linear, spherical
from experiments.lab.methods.nearest_neighbours import nearest
from experiments.lab.methods.seed_interval import seed_interval
from experiments.lab.methods.two_way_variance import two_way
from experiments.lab.methods.within_class_diversity import relative_diversity, within_class_diversity

RNG = np.random.default_rng(0)


def exactly(mean: np.ndarray, covariance: np.ndarray, count: int = 50) -> np.ndarray:
    """Features whose sample mean and sample covariance are the given ones, not only nearly."""
    raw = RNG.standard_normal((count, len(mean)))
    raw -= raw.mean(0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    return mean + white @ np.linalg.cholesky(covariance).T


def test_frechet_distance_of_normal_distributions() -> None:
    first, second = np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, 5.0])
    a, b = np.diag([1.0, 4.0, 9.0]), np.diag([4.0, 4.0, 1.0])
    # Diagonal: each dimension gives (μ₁ − μ₂)² + (σ₁ − σ₂)².
    expected = (1 + 0 + 4) + ((1 - 2) ** 2 + 0 + (3 - 1) ** 2)
    assert frechet_distance(exactly(first, a), exactly(second, b)) == pytest.approx(expected)


def test_frechet_distance_with_covariances_that_do_not_commute() -> None:
    a, b = (m @ m.T + np.eye(4) for m in RNG.standard_normal((2, 4, 4)))
    mean = RNG.standard_normal((2, 4))
    expected = ((mean[0] - mean[1]) ** 2).sum() + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(exactly(mean[0], a), exactly(mean[1], b)) == pytest.approx(expected)
    assert frechet_distance(exactly(mean[1], b), exactly(mean[0], a)) == pytest.approx(expected)


def test_frechet_distance_where_covariances_are_singular() -> None:
    few = RNG.standard_normal((5, 20))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(few, few + 1) == pytest.approx(20)
    with pytest.raises(ValueError, match="two sets of features"):
        frechet_distance(few, few[:, :3])


def test_coverage_of_classes() -> None:
    predicted = RNG.choice(10, 1000, p=[0.5, 0.3, 0.15, 0.05, 0, 0, 0, 0, 0, 0])
    shares = class_shares(predicted, 10)
    assert shares.sum() == pytest.approx(1) and len(shares) == 10
    assert effective_classes(shares) == pytest.approx(np.exp(entropy(shares)))
    assert classes_covered(shares) == 4 and classes_covered(shares, 0.2) == 2
    assert effective_classes(np.full(10, 0.1)) == pytest.approx(10)
    assert effective_classes(class_shares(np.full(7, 3), 10)) == 1


def test_diversity_within_classes() -> None:
    features, labels = RNG.standard_normal((60, 5)), np.repeat([0, 4, 8], 20)
    found = within_class_diversity(features, labels)
    for label in (0, 4, 8):
        distances = pairwise_distances(features[labels == label])
        assert found[label] == pytest.approx(distances[np.triu_indices(20, 1)].mean())
    assert relative_diversity(found, found) == 1
    assert relative_diversity({0: found[0]}, found) == pytest.approx(1 / 3)
    assert relative_diversity({label: value / 2 for label, value in found.items()}, found) == pytest.approx(0.5)
    assert within_class_diversity(np.ones((4, 2)), np.array([1, 1, 1, 2])) == {1: 0.0}  # copies; and one alone


@pytest.mark.parametrize("block", [7, 5000])
@pytest.mark.parametrize("algorithm", ["brute", "kd_tree"])
def test_nearest_neighbours_are_those_of_scikit_learn(block: int, algorithm: str) -> None:
    images, among = RNG.integers(0, 256, (9, 6, 6), np.uint8), RNG.integers(0, 256, (40, 6, 6), np.uint8)
    among[31] = images[4]  # a copy: distance 0
    among[12] = images[5]
    among[12, 0, 0] ^= 1  # one grey level apart, in one pixel: distance 1
    index, distance = nearest(images, among, block)
    expected = NearestNeighbors(n_neighbors=1, algorithm=algorithm).fit(among.reshape(40, -1).astype(float))
    distances, indices = expected.kneighbors(images.reshape(9, -1).astype(float))
    assert index.tolist() == indices[:, 0].tolist()
    assert (index[4], distance[4]) == (31, 0.0)
    assert (index[5], distance[5]) == (12, 1.0)
    np.testing.assert_allclose(distance, distances[:, 0], atol=1e-9)


def test_moments_of_drawn_strokes() -> None:
    upright = np.zeros((41, 41))
    upright[5:36, 18:23] = 255
    slanted = np.zeros((41, 41))
    for y in range(-15, 16):
        slanted[20 - y, 20 + y - 2 : 20 + y + 3] = 255  # 45 degrees to the right
    found = digit_moments(np.stack([upright, slanted, slanted[:, ::-1], np.zeros((41, 41))]))
    np.testing.assert_allclose(found["slant"][:3], [0, 1, -1], atol=1e-9)
    # Five columns of equal weight: variance (5² − 1) / 12, also when the slant is taken out.
    np.testing.assert_allclose(found["width"][:3], np.sqrt(2), atol=1e-9)
    assert np.isnan([found[name][3] for name in found]).all()


def test_thickness_of_strokes() -> None:
    strokes = np.zeros((3, 60, 60))
    for i, thick in enumerate((3, 5, 8)):
        strokes[i, 5:55, 20 : 20 + thick] = 1
    thickness = digit_moments(strokes)["thickness"]
    np.testing.assert_allclose(thickness, [3, 5, 8], rtol=0.15)  # the two ends of a stroke are border, too
    assert digit_moments(strokes * 200)["thickness"] == pytest.approx(thickness)


def test_two_way_analysis_is_that_of_shrout_and_fleiss() -> None:
    """Table 2 of their paper: six targets (our columns) by four judges (our rows); table 4 gives ICC(3,1) = 0.71."""
    judged = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]).T
    found = two_way(judged)
    assert found.correlation == pytest.approx(0.71, abs=0.005)
    assert found.f_statistic == pytest.approx(11.24 / 1.02, rel=0.01)


def test_two_way_analysis_by_regression() -> None:
    values = RNG.standard_normal((4, 7)) + RNG.standard_normal(7) + 10 * RNG.standard_normal((4, 1))
    row, column = np.indices(values.shape)
    dummies = lambda code: (code.ravel()[:, None] == np.unique(code)).astype(float)  # noqa: E731

    def residual(*codes: np.ndarray) -> float:
        design = np.hstack([dummies(code) for code in codes])
        fitted = design @ np.linalg.lstsq(design, values.ravel(), rcond=None)[0]
        return float(((values.ravel() - fitted) ** 2).sum())

    without, with_columns = residual(row), residual(row, column)
    found = two_way(values)
    assert found.column_share == pytest.approx(1 - with_columns / without)
    assert found.f_statistic == pytest.approx(((without - with_columns) / 6) / (with_columns / 18))
    assert two_way(np.ones((3, 1)) * np.arange(5.0)).correlation == pytest.approx(1)
    with pytest.raises(ValueError, match="at least two"):
        two_way(values[:1])


def test_paths_between_noise_vectors() -> None:
    start, end = RNG.standard_normal((2, 3, 50))
    t = np.linspace(0, 1, 6)
    for path in (linear, spherical):
        way = path(start, end, t)
        assert way.shape == (6, 3, 50)
        np.testing.assert_allclose(way[0], start)
        np.testing.assert_allclose(way[-1], end)
    unit = lambda v: v / np.linalg.norm(v, axis=-1, keepdims=True)  # noqa: E731
    arc = spherical(unit(start), unit(end), t)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=-1), 1)
    angles = np.arccos((arc[1:] * arc[:-1]).sum(-1))
    np.testing.assert_allclose(angles, np.broadcast_to(angles[0], angles.shape))  # even steps
    np.testing.assert_allclose(spherical(start, 2 * start, t), linear(start, 2 * start, t))


def test_interval_over_seeds_is_students() -> None:
    values = np.array([3.0, 5.0, 4.2])
    low, high = ttest_1samp(values, 0).confidence_interval(0.95)
    assert seed_interval(values) == pytest.approx((values.mean(), low, high))
    assert seed_interval(values[:1]) == (3.0, 3.0, 3.0)
    with pytest.raises(ValueError, match="no values"):
        seed_interval(values[:0])


def test_digits_are_framed_and_enlarged() -> None:
    digits = RNG.integers(1, 256, (2, 28, 28), np.uint8)
    squares = padded(digits)
    assert squares.shape == (2, 32, 32) and squares.dtype == np.uint8
    assert (squares[:, 2:30, 2:30] == digits).all() and squares.sum() == digits.sum()
    large = enlarged(np.full((1, 32, 32), 90, np.uint8), 2)
    assert large.shape == (1, 64, 64) and (large == 90).all()
    with pytest.raises(ValueError, match="do not fit"):
        padded(squares, 30)


def test_p_of_the_analysis_is_that_of_the_f_distribution() -> None:
    values = RNG.standard_normal((5, 8))
    found = two_way(values)
    assert found.p == pytest.approx(f.sf(found.f_statistic, 7, 28))
