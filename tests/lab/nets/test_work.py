"""The arithmetic up to a cut, against the counts of the layers."""

from __future__ import annotations

import pytest

from experiments.lab.nets.layers import layers
from experiments.lab.nets.work import work_up_to


def test_a_cut_has_the_work_of_all_layers_before_it() -> None:
    found, counts = work_up_to("vgg16"), [layer.multiplications for layer in layers("vgg16") if layer.multiplications]
    # Each of the fifteen ReLUs follows a convolution or a linear layer, and the scores come after the last one.
    assert list(found.values()) == [sum(counts[: place + 1]) for place in range(15)] and len(counts) == 16


@pytest.mark.parametrize("network", ["squeezenet1_1", "tiny_squeezenet"])
def test_parallel_layers_count_before_their_common_cut(network: str) -> None:
    found = work_up_to(network)
    counts = {layer.module: layer.multiplications for layer in layers(network)}
    fire = next(name for name in counts if name.endswith(".expand3x3")).removesuffix(".expand3x3")
    both = counts[f"{fire}.expand1x1"] + counts[f"{fire}.expand3x3"]
    assert found["fire2-expand"] - found["fire2-squeeze"] == both
    assert list(found.values())[-1] == sum(counts.values()), "conv10, the last layer, has a ReLU"
