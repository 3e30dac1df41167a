"""Network inputs: every image once, in order, decoded ahead of the network but not far."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from experiments.lab.nets.inputs import AHEAD, batches, normalised


@pytest.mark.parametrize("images", [0, 1, 4, 9])
def test_batches_hold_every_image_once_and_in_order(images: int) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (images, 6, 6), np.uint8)
    made = list(batches(lambda i: grey[i], images, size=4))
    assert [len(batch) for batch in made] == [4] * (images // 4) + [images % 4] * (images % 4 > 0)
    if images:
        torch.testing.assert_close(torch.cat(made), normalised(grey), rtol=0, atol=0)


def test_only_a_few_batches_are_decoded_before_they_are_asked_for() -> None:
    decoded: list[int] = []

    def pixels(index: int) -> np.ndarray:
        decoded.append(index)
        return np.zeros((2, 2), np.uint8)

    made = batches(pixels, 1000, size=10)
    next(made)
    made.close()  # waits for what is being decoded
    assert len(decoded) <= 10 * (AHEAD + 1)


def test_an_image_that_cannot_be_read_is_an_error_where_its_batch_is_asked_for() -> None:
    def pixels(index: int) -> np.ndarray:
        if index == 3:
            raise OSError("broken")
        return np.zeros((2, 2), np.uint8)

    made = batches(pixels, 6, size=2)
    next(made)
    with pytest.raises(OSError, match="broken"):
        next(made)
