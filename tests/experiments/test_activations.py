"""Maps of the first convolution, against the convolution done by hand and maps whose nature is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from experiments.lab.methods.edges import brightness_and_edges, spread
from experiments.transfer.activations import (
    IMAGES,
    SHOWN,
    activation_maps,
    activation_pictures,
    activations,
    activations_sheet,
    activations_values,
)
from tpdl import Picture

SIDE = 16


@pytest.fixture(scope="module")
def maps() -> dict[str, np.ndarray]:
    """Four channels: brightness, its absence, edges, and one that never responds."""
    images = np.repeat(np.random.default_rng(0).integers(0, 256, (25, 64, 64, 1), dtype=np.uint8), 3, -1)
    looks = np.stack([brightness_and_edges(image, SIDE) for image in images], axis=1)
    bright, edges = looks
    return {"image": images, "map": np.stack([bright, 255 - bright, edges, 0 * edges], axis=1).astype(np.float32)}


def test_edges_lie_where_brightness_changes() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:] = 200
    brightness, edges = brightness_and_edges(image, 16)
    assert brightness[:, :8].max() == 0 and brightness[:, 8:].min() == 200
    assert edges[:, 7:9].min() > 0 and edges[:, :7].max() == edges[:, 9:].max() == 0


def test_spread_points_are_far_apart() -> None:
    assert sorted(spread(np.array([[0.0], [0.1], [5.0], [10.0]]), 3)) == [0, 2, 3]


def test_channels_are_what_they_were_made_of(maps: dict) -> None:
    rows = activations(maps, "n")
    assert rows["brightness"].tolist()[:2] == pytest.approx([1, -1], abs=1e-6)
    assert rows["edges"].iloc[2] == pytest.approx(1, abs=1e-6)
    assert rows.loc[3, ["active", "mean", "brightness", "edges"]].tolist() == [0, 0, 0, 0]
    values = activations_values(rows)
    assert (values["bright"], values["dark"], values["edges"], values["dead"]) == (1, 1, 1, 1)


def test_the_sheet_has_a_row_for_each_image(maps: dict) -> None:
    noise = np.random.default_rng(1).random(maps["map"].shape, dtype=np.float32)
    wide = maps | {"map": np.concatenate([maps["map"], noise], axis=1)}
    rows = activations(wide, "n")
    pictures = activation_pictures(wide, rows)
    assert len(pictures) == len(IMAGES) * SHOWN
    assert {picture.width for picture in pictures.values()} == {SIDE}
    photographs = {str(i): Picture(image, f"photograph {i}") for i, image in enumerate(maps["image"])}
    sheet = activations_sheet(rows, photographs, pictures)
    shows = [tile.frames[0].shows for tile in sheet.tiles if tile]
    assert shows[:: SHOWN + 1] == [f"photograph {i}" for i in IMAGES]
    channel = int(shows[1].split()[-1])
    assert sheet.column_labels[1].startswith(f"**channel {channel}** brightness ")
    assert f"{rows['edges'][channel]:.1f}".lstrip("-") in sheet.column_labels[1]


@pytest.mark.slow
def test_maps_are_the_convolution_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.lab.data import imagenet
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import build

    monkeypatch.setenv("TPDL_PROFILE", "demo")
    found = activation_maps("tiny_squeezenet")
    layer = build("tiny_squeezenet").features[0]
    image = coloured(imagenet.load().images, 64)[3]
    for y, x in ((0, 0), (5, 9)):
        patch = image[:, 2 * y : 2 * y + 3, 2 * x : 2 * x + 3]
        expected = torch.relu((layer.weight * patch).sum((1, 2, 3)) + layer.bias).detach()
        np.testing.assert_allclose(found["map"][3, :, y, x], expected, atol=1e-5)
