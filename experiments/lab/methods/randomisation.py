"""Sanity checks for saliency maps: do they change when the weights become random (Adebayo et al. 2018)?"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from torch import nn

WEIGHTED = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)


def cascade(model: nn.Module, untrained: nn.Module, stages: int) -> Iterator[tuple[str, nn.Module]]:
    """Cascading randomisation: copies of a network with more and more random layers, from the last to the first.

    Args:
        model: the trained network.
        untrained: the same architecture with random weights, on the same device.
        stages: number of steps, spread evenly over the layers with weights; at the last, all weights are random. If
            there are fewer layers, each is a step.

    Yields:
        the name of the first randomised layer, and the network, which the next step changes further.
    """
    names = [name for name, module in model.named_modules() if isinstance(module, WEIGHTED)][::-1]
    stages = min(stages, len(names))
    mixed, fresh, done = copy.deepcopy(model), dict(untrained.named_modules()), 0
    for stage in range(1, stages + 1):
        end = round(stage * len(names) / stages)
        for name in names[done:end]:
            mixed.get_submodule(name).load_state_dict(fresh[name].state_dict())
        done = end
        yield names[end - 1], mixed
