"""Masks from maps, on a picture whose object is known; boxes; and the cascade of randomised layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.data.object_boxes import BOXES, box_masks
from experiments.lab.methods.object_mask import bounding_box, largest_part, object_mask, overlap
from experiments.lab.methods.randomisation import cascade


def test_a_uniform_object_is_found_from_a_blurred_map_of_part_of_it() -> None:
    truth = np.zeros((40, 40), bool)
    truth[10:30, 12:28] = True
    image = np.where(truth[..., None], [0.9, 0.2, 0.1], [0.1, 0.5, 0.8]) + np.random.default_rng(0).normal(
        0, 0.02, (40, 40, 3)
    )
    down, across = np.mgrid[:40, :40]
    saliency = np.exp(-((down - 18) ** 2 + (across - 19) ** 2) / 60)
    assert overlap(object_mask(image, saliency), truth) > 0.95


def test_parts_boxes_and_overlap() -> None:
    mask = np.zeros((6, 6), bool)
    mask[0, 0] = mask[2:4, 3:6] = True
    assert largest_part(mask).sum() == 6
    box = bounding_box(mask)
    assert box[:4].all() and not box[4:].any()
    assert overlap(mask, box) == pytest.approx(7 / 24)
    assert overlap(mask & False, mask & False) == 0
    assert not largest_part(mask & False).any()


def test_boxes_lie_within_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    assert all(0 <= l < r <= 224 and 0 <= t < b <= 224 for boxes in BOXES.values() for l, t, r, b in boxes)
    masks = box_masks(25, 224)
    assert [i for i in range(25) if not masks[i].any()] == [11]
    left, top, right, bottom = BOXES[1][0]
    assert masks[1].sum() == (right - left) * (bottom - top)
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    assert (box_masks(3, 64).mean((1, 2)) == 0.25).all()


def test_layers_are_randomised_from_the_last_to_the_first() -> None:
    make = lambda: nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 1), nn.Flatten(), nn.Linear(4, 2))  # noqa: E731
    trained, fresh = make(), make()
    same = lambda a, b, i: torch.equal(a[i].weight, b[i].weight)  # noqa: E731
    seen = []
    for layer, mixed in cascade(trained, fresh, 3):
        seen.append((layer, [same(mixed, trained, i) for i in (0, 2, 4)], [same(mixed, fresh, i) for i in (0, 2, 4)]))
    assert seen == [
        ("4", [True, True, False], [False, False, True]),
        ("2", [True, False, False], [False, True, True]),
        ("0", [False, False, False], [True, True, True]),
    ]
    assert [layer for layer, _ in cascade(trained, fresh, 99)] == ["4", "2", "0"]
