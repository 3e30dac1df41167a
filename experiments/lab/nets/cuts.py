"""Where a network can be cut: after each of its activations (ReLU and its relatives), in forward order.

Cutting a network means keeping what it computes up to there, as features for a classifier of one's own, and dropping
the rest. Order and shapes of the cuts are found with one forward pass on torch's meta device, which computes shapes and
no values.
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
    """The module's name in torchvision; "#2" is appended for its second call in one pass, and so on."""
    shape: tuple[int, ...]
    """Shape of one image's features: (channels, height, width) or (channels,)."""

    @property
    def features(self) -> int:
        """Number of features of one image."""
        return prod(self.shape)


def cuts(network: str) -> list[Cut]:
    """The cuts of a network in forward order: 15 for VGG16, 18 for SqueezeNet.

    The two parallel ReLUs at the end of a SqueezeNet's Fire module are one cut, the module's output.

        >>> last = cuts("vgg16")[-1]
        >>> last.name, last.shape
        ('relu15', (4096,))

    Raises:
        UserError: the network is unknown, or its activations are function calls instead of modules.
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
    """Collect a network's activations: a context manager that yields a function to run the model on a batch.

    At each wanted cut, `take(cut, output)` is called; after the deepest, the forward pass is abandoned.

        with tapped(model, cuts("vgg16")[:3], lambda cut, output: print(cut.name, output.shape)) as run:
            run(images)

    Args:
        model: the network that the cuts are of.
        wanted: cuts, in any order.
        take: called with a cut and the activations there, [images, …]. It must be done with them when it returns: later
            layers may overwrite them in place.
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
    """Flatten the activations of a batch to feature vectors [images, features], in memory order.

    Activations stored channels-last are flattened as height, width, channels. That needs no copy, and inner products do
    not depend on the order.
    """
    if output.dim() == 4 and output.is_contiguous(memory_format=torch.channels_last):
        output = output.permute(0, 2, 3, 1)
    return output.reshape(len(output), -1)


class _DeepEnoughError(Exception):
    """Ends a forward pass early."""


@contextmanager
def _hooked(model: nn.Module, observe: Callable[[str, Tensor], Any]) -> Iterator[Counter[str]]:
    """Call `observe(place, output)` after each activation of every forward pass.

    Yields the number of calls of each activation in the current pass.
    """
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
