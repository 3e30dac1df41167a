"""Add batch normalisation (Ioffe and Szegedy 2015) to a network that was designed without it."""

from __future__ import annotations

from torch import nn


def add_batch_norm(module: nn.Module, keep: tuple[nn.Module, ...] = ()) -> None:
    """Insert a batch normalisation after every convolution of `module`, in place.

    Training from random weights is slow without it; see `experiments.transfer.tuned_networks`.

    Args:
        module: a network.
        keep: convolutions to leave as they are, such as the one that computes the class scores.
    """
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d) and child not in keep:
            setattr(module, name, nn.Sequential(child, nn.BatchNorm2d(child.out_channels)))
        else:
            add_batch_norm(child, keep)
