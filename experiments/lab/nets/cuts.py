"""Where a network can be cut: after each of its activations (ReLU and its relatives), in forward order.

A *cut* keeps what the network computes up to there, as features, and drops the rest. The order and the shapes come from
one pass of a single image through the network on torch's meta device, which computes shapes and no values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.squeezenet import Fire

from experiments.lab.nets.registry import architecture, image_size
from tpdl import UserError

ACTIVATIONS = (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.SiLU, nn.Hardswish, nn.GELU)


@dataclass(frozen=True)
class Cut:
    """One place to cut a network."""

    index: int
    """1 for the first activation."""
    name: str
    """"relu14"; in a SqueezeNet "conv1", "fire9-squeeze", "fire9-expand", "conv10"."""
    module: str
    """The module's name in torchvision; where it is called several times in one pass, with "#2" for the second."""
    shape: tuple[int, ...]
    """Of one image's features: (channels, height, width) or (channels,)."""

    @property
    def features(self) -> int:
        """Number of features of one image."""
        return prod(self.shape)


def cuts(network: str) -> list[Cut]:
    """The cuts of a network, first to last: 15 for VGG16, 18 for SqueezeNet.

    The two parallel ReLUs at the end of a SqueezeNet's Fire module are one cut, the module's output.

    Raises:
        UserError: unknown network, or one that calls its activations as functions and not as modules.
    """
    with torch.device("meta"):
        model = architecture(network)
        image = torch.empty(1, 3, image_size(network), image_size(network))
    found: list[tuple[str, tuple[int, ...]]] = []
    with torch.inference_mode(), _hooked(model, lambda place, output: found.append((place, tuple(output.shape[1:])))):
        model(image)
    if not found:
        raise UserError(f"{network} has no activation modules to cut after; it calls its activations as functions")
    labels = _squeezenet_names([place for place, _ in found]) or [f"relu{i}" for i in range(1, len(found) + 1)]
    return [Cut(i, label, *place) for i, (label, place) in enumerate(zip(labels, found, strict=True), start=1)]


@contextmanager
def tapped(
    model: nn.Module, wanted: list[Cut], take: Callable[[Cut, Tensor], Any]
) -> Iterator[Callable[[Tensor], None]]:
    """Yield a function that runs `model` on a batch, calls `take(cut, output)` at each wanted cut, and stops after the
    last.

    `take` must be done with the output when it returns: later layers may overwrite it in place.
    """
    by_place = {cut.module: cut for cut in wanted}
    deepest = max(wanted, key=lambda cut: cut.index)

    def observe(place: str, output: Tensor) -> None:
        if place in by_place:
            take(by_place[place], output)
        if place == deepest.module:
            raise _DeepEnoughError

    def run(images: Tensor) -> None:
        try:
            model(images)
        except _DeepEnoughError:
            counts.clear()

    with _hooked(model, observe) as counts:
        yield run


def flat(output: Tensor) -> Tensor:
    """Features of a batch as rows [images, features], in the order in which they lie in memory.

    Maps stored channels-last are flattened as height, width, channels: no copy, and inner products do not mind the
    order.
    """
    if output.dim() == 4 and output.is_contiguous(memory_format=torch.channels_last):
        output = output.permute(0, 2, 3, 1)
    return output.reshape(len(output), -1)


class _DeepEnoughError(Exception):
    """Leaves a forward pass early."""


@contextmanager
def _hooked(model: nn.Module, observe: Callable[[str, Tensor], Any]) -> Iterator[Counter[str]]:
    """Call `observe(place, output)` after each activation of every forward pass. Yields the calls counted in this pass."""
    calls: Counter[str] = Counter()

    def hook(name: str) -> Callable[..., None]:
        def after(module: nn.Module, inputs: Any, output: Tensor) -> None:
            calls[name] += 1
            observe(name if calls[name] == 1 else f"{name}#{calls[name]}", output)

        return after

    handles = [module.register_forward_hook(hook(name)) for name, module in _places(model)]
    handles.append(model.register_forward_hook(lambda *_: calls.clear()))
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def _places(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    fires = {name for name, module in model.named_modules() if isinstance(module, Fire)}
    for name, module in model.named_modules():
        parent, _, leaf = name.rpartition(".")
        if name in fires or (isinstance(module, ACTIVATIONS) and not (parent in fires and leaf.startswith("expand"))):
            yield name, module


def _squeezenet_names(places: list[str]) -> list[str] | None:
    """The names in the SqueezeNet paper (Iandola et al. 2016, figure 2); None for other networks."""
    if not any(place.endswith(".squeeze_activation") for place in places):
        return None
    labels, fire = [], 1
    for place in places:
        if place.endswith(".squeeze_activation"):
            fire += 1
            labels.append(f"fire{fire}-squeeze")
        elif place.startswith("classifier"):
            labels.append(f"conv{fire + 1}")
        else:
            labels.append("conv1" if fire == 1 else f"fire{fire}-expand")
    return labels
