"""Networks of one architecture that are trained side by side: the same operations on all of them at once.

    stack = Grouped([Generator() for _ in range(8)])
    images = stack(z, labels)          # [8, images, 1, 32, 32] of z [8, images, nz]
    stack.network(3)                   # the fourth of them, as a network of its own

What differs between them, seeds for instance, is in weights and inputs alone. No value of one network enters another,
so each is what it would be by itself, up to the order of additions. A small network leaves most of a GPU idle; a stack
of them fills it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state


class Stack(Protocol):
    """Some networks as one."""

    def __call__(self, *inputs: Tensor) -> Tensor:
        """The outputs [networks, …] of inputs [networks, …]."""
        ...

    def parameters(self) -> list[Tensor]:
        """The parameters of all of them, for an optimizer that works number by number, as Adam and SGD do."""
        ...

    def network(self, index: int) -> Any:
        """A copy of one of them."""
        ...

    def state(self) -> dict[str, Tensor]:
        """Parameters and buffers by name; they stay where they are, so that a new state can be copied into them."""
        ...


class Single:
    """A stack of one network, which runs as it is."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        (self._network,) = networks

    def __call__(self, *inputs: Tensor) -> Tensor:
        """The output [1, …] of inputs [1, …]."""
        return self._network(*[each[0] for each in inputs])[None]

    def parameters(self) -> list[Tensor]:
        """Those of the network."""
        return list(self._network.parameters())

    def network(self, index: int) -> Any:
        """A copy of the network."""
        return copy.deepcopy(self._network)

    def state(self) -> dict[str, Tensor]:
        """Parameters and buffers of the network."""
        return self._network.state_dict()


class Mapped:
    """A stack of any networks: `torch.func.vmap` over their parameters."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        self._template = copy.deepcopy(networks[0])
        self._parameters, self._buffers = stack_module_state(list(networks))  # type: ignore[arg-type]

    def __call__(self, *inputs: Tensor) -> Tensor:
        """The outputs [networks, …] of inputs [networks, …]."""
        return torch.func.vmap(self._one, randomness="different")(self._parameters, self._buffers, *inputs)

    def _one(self, parameters: dict[str, Tensor], buffers: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        return functional_call(self._template, (parameters, buffers), inputs)

    def parameters(self) -> list[Tensor]:
        """Each with the networks as its first dimension."""
        return list(self._parameters.values())

    def network(self, index: int) -> Any:
        """A copy of one of them."""
        network = copy.deepcopy(self._template)
        network.load_state_dict({name: values[index] for name, values in self.state().items()})
        return network

    def state(self) -> dict[str, Tensor]:
        """Parameters and buffers, each with the networks as its first dimension."""
        return {name: values.detach() for name, values in {**self._parameters, **self._buffers}.items()}


class Grouped:
    """A stack of convolutional networks as one network with grouped convolutions: the channels of all, side by side.

    Batch normalisation, activations and pooling work channel by channel anyway.

    Args:
        networks: each with all of its work in `layers`, a sequence of convolutions, transposed convolutions, batch
            normalisation, and what has no parameters. Input and output of the layers are [images, channels, …]; a
            second input, the labels of an unconditional network, is ignored.

    Raises:
        TypeError: there is another layer among them.
    """

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        self._count, self._template = len(networks), copy.deepcopy(networks[0])
        device = next(networks[0].parameters()).device
        layers = [_grouped(same) for same in zip(*(each.layers for each in networks), strict=True)]  # type: ignore
        self._layers = nn.Sequential(*layers).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, *inputs: Tensor) -> Tensor:
        """The outputs of inputs [networks, images, channels] or [networks, images, channels, height, width].

        A dimension of length one is left out of the output.
        """
        x = inputs[0]
        x = x[..., None, None] if x.dim() == 3 else x
        side_by_side = x.transpose(0, 1).flatten(1, 2).contiguous(memory_format=torch.channels_last)
        y = self._layers(side_by_side).unflatten(1, (self._count, -1)).transpose(0, 1)
        return y.flatten(1) if y.shape[2:] == (1, 1, 1) else y

    def parameters(self) -> list[Tensor]:
        """Those of the one network."""
        return list(self._layers.parameters())

    def network(self, index: int) -> Any:
        """A copy of one of them."""
        network = copy.deepcopy(self._template)
        state = self._layers.state_dict()
        parts = {name: values.chunk(self._count)[index] if values.dim() else values for name, values in state.items()}
        network.layers.load_state_dict(parts)  # type: ignore[union-attr, operator]
        return network

    def state(self) -> dict[str, Tensor]:
        """Parameters and buffers of the one network."""
        return self._layers.state_dict()


def _grouped(layers: Sequence[nn.Module]) -> nn.Module:
    """One layer in place of several that are alike but for their weights, each on channels of its own."""
    first, count = layers[0], len(layers)
    options: dict[str, Any]
    if isinstance(first, nn.Conv2d | nn.ConvTranspose2d):
        options = {"stride": first.stride, "padding": first.padding, "bias": first.bias is not None}
        options |= {"kernel_size": first.kernel_size, "groups": count * first.groups}
        layer: nn.Module = type(first)(first.in_channels * count, first.out_channels * count, **options)
    elif isinstance(first, nn.BatchNorm2d):
        layer = nn.BatchNorm2d(first.num_features * count, first.eps, first.momentum)
    elif not first.state_dict():
        return copy.deepcopy(first)
    else:
        raise TypeError(f"a stack with grouped convolutions has no {type(first).__name__}; use Mapped")
    states = [each.state_dict() for each in layers]
    together = {name: torch.cat([s[name] for s in states]) if v.dim() else v for name, v in states[0].items()}
    layer.load_state_dict(together)
    return layer.train(first.training)
