"""Measures of pictures and of maps on pictures whose values are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from experiments.lab.methods import image_measures, map_measures
from experiments.lab.methods.jpeg import jpeg

RNG = np.random.default_rng(0)


def test_grey_has_no_colour_and_pure_colours_have_much() -> None:
    grey = np.repeat(RNG.random((1, 32, 32, 1)), 3, -1)
    red_and_blue = np.zeros((1, 32, 32, 3))
    red_and_blue[0, :16, :, 0] = red_and_blue[0, 16:, :, 2] = 1
    found = image_measures.colourfulness(np.concatenate([grey, red_and_blue]))
    assert found[0] == pytest.approx(0, abs=1e-9)
    # R − G is 255 or 0; (R + G) / 2 − B is 127.5 or −255.
    expected = np.hypot(127.5, 191.25) + 0.3 * np.hypot(127.5, -63.75)
    assert found[1] == pytest.approx(expected)


def test_total_variation_of_a_ramp_is_its_slope() -> None:
    ramp = np.arange(8.0)[None, :, None] + 0 * np.arange(6.0)[None, None, :]
    assert image_measures.total_variation(ramp)[0] == pytest.approx(0.5)  # 1 down, 0 across
    assert image_measures.total_variation(np.ones((1, 4, 4, 3)))[0] == 0


def test_high_frequencies_of_waves_and_of_white_noise() -> None:
    x = np.arange(64)
    waves = np.stack([np.tile(np.sin(2 * np.pi * f * x / 64), (64, 1)) for f in (2, 30)])
    np.testing.assert_allclose(image_measures.high_frequency_share(waves), [0, 1], atol=1e-9)
    share = image_measures.high_frequency_share(RNG.normal(size=(1, 64, 64)))[0]
    assert share == pytest.approx(1 - np.pi * 0.25**2, abs=0.03)
    assert image_measures.high_frequency_share(np.ones((1, 8, 8)))[0] == 0


def test_equal_images_are_alike() -> None:
    image = RNG.random((2, 32, 32, 3))
    np.testing.assert_allclose(image_measures.structural_similarity(image, image), 1)
    assert image_measures.structural_similarity(image, 1 - image).max() < 0.5


def test_jpeg_loses_more_at_lower_quality() -> None:
    image = (255 * RNG.random((32, 32, 3))).astype(np.uint8)
    losses = [np.abs(jpeg(image, quality).astype(int) - image).mean() for quality in (95, 50)]
    assert 0 < losses[0] < losses[1]


def test_concentration_and_mass() -> None:
    maps = np.stack([np.ones((10, 10)), np.eye(10)])
    np.testing.assert_allclose(map_measures.concentration(maps), [0.1, 1])
    mask = np.zeros((10, 10), bool)
    mask[:5, :5] = True
    np.testing.assert_allclose(map_measures.mass_inside(maps, np.stack([mask, mask])), [0.25, 0.5])


def test_rank_correlations_are_scipys() -> None:
    first, second = RNG.random((3, 8, 8)), RNG.integers(0, 4, (3, 8, 8)).astype(float)
    expected = [spearmanr(a.ravel(), b.ravel())[0] for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(map_measures.rank_correlations(first, second), expected)


def test_a_grid_in_a_map_is_a_peak_in_its_spectrum() -> None:
    maps = RNG.random((4, 64, 64)) + 1.0
    maps[:, ::4, :] += 0.5
    spectrum = map_measures.axis_spectrum(maps)
    assert spectrum.sum() == pytest.approx(1)
    assert map_measures.peak_ratio(spectrum, 16) > 5
    assert map_measures.peak_ratio(spectrum, 20) < 2


def test_deletion_and_insertion_of_the_one_pixel_that_counts() -> None:
    images = torch.zeros(1, 3, 32, 32)
    images[0, 0, 3, 3] = 10
    maps = np.zeros((1, 32, 32))
    maps[0, 3, 3] = 1
    scores = lambda x: torch.stack([x[:, 0, 3, 3], 0 * x[:, 0, 3, 3]], 1)  # noqa: E731
    without = map_measures.blurred(images)
    deleting, inserting = map_measures.heeded(scores, images, torch.tensor([0]), maps, without, steps=4)
    sure = 1 / (1 + np.exp(-10))
    np.testing.assert_allclose(deleting[0], [sure, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(inserting[0, 1:], sure)
    assert inserting[0, 0] < 0.7
