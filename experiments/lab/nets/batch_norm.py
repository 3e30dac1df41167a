"""Batch normalisation (Ioffe and Szegedy 2015) put into a network that was designed without it."""

from __future__ import annotations

from torch import nn


def add_batch_norm(module: nn.Module, keep: tuple[nn.Module, ...] = ()) -> None:
    """Put a batch normalisation behind every convolution of `module`, in place.

    Args:
        module: a network.
        keep: convolutions left as they are, such as the one that delivers the class scores.
    """
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d) and child not in keep:
            setattr(module, name, nn.Sequential(child, nn.BatchNorm2d(child.out_channels)))
        else:
            add_batch_norm(child, keep)
