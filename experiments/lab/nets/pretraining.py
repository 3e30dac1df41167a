"""Pretraining of the stand-in networks on procedural textures: what ImageNet is to the real ones.

Batch normalisation (Ioffe and Szegedy 2015) makes seconds enough. It is inserted after every layer for training and
folded into the layer's weights afterwards, so that the network is the architecture that its name says.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from experiments.lab.data import textures
from experiments.lab.data.textures import draw_textures
from experiments.lab.nets import imagenet_statistics, inputs, tiny
from experiments.lab.nets.inputs import normalised
from experiments.lab.nets.tiny import BUILDERS, SIDES
from tpdl import atomic_path

IMAGES_PER_CLASS, EPOCHS, BATCH_SIZE, LEARNING_RATE = 32, 7, 32, 4e-3


def pretrained(name: str) -> nn.Module:
    """The stand-in network called `name`, trained, in evaluation mode. The first call on a machine takes seconds."""
    model = BUILDERS[name]()
    model.load_state_dict(_trained(name))
    return model.eval()


@functools.cache
def _trained(name: str) -> dict[str, torch.Tensor]:
    cached = _cache_file(name)
    if cached:
        try:
            return load_file(cached)
        except (OSError, SafetensorError):
            pass  # missing or incomplete: train
    threads = torch.get_num_threads()
    # Such small layers gain nothing from a second thread, and suffer if another process needs it.
    torch.set_num_threads(1)
    try:
        weights = _train(name)
    finally:
        torch.set_num_threads(threads)
    if cached:
        with atomic_path(cached) as temporary:
            save_file({key: value.contiguous() for key, value in weights.items()}, temporary)
    return weights


def _cache_file(name: str) -> Path | None:
    """Where a project caches the weights for its other processes, named by a hash of everything that decides them.

    None outside of a project.
    """
    local = Path.cwd() / ".tpdl"
    if not local.is_dir():
        return None
    modules = (__file__, textures.__file__, tiny.__file__, inputs.__file__, imagenet_statistics.__file__)
    decides = b"".join([torch.__version__.encode(), *(Path(str(module)).read_bytes() for module in modules)])
    return local / "cache" / "stand-ins" / f"{name}-{hashlib.sha256(decides).hexdigest()[:16]}.safetensors"


def _train(name: str) -> dict[str, torch.Tensor]:
    """Weights after `EPOCHS` epochs of Adam on random crops, with a one-cycle learning rate (Smith and Topin 2017)."""
    pixels, classes = draw_textures(IMAGES_PER_CLASS)
    images, labels, side = normalised(pixels), torch.from_numpy(classes), SIDES[name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BUILDERS[name]().train()
        _add_normalisation(model)
        model = model.to(memory_format=torch.channels_last)
        updates = EPOCHS * (len(images) // BATCH_SIZE)
        optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=updates, pct_start=0.2)
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(images))[: len(images) // BATCH_SIZE * BATCH_SIZE].split(BATCH_SIZE):
                top, left = torch.randint(images.shape[-1] - side + 1, (2,)).tolist()
                crops = images[batch, :, top : top + side, left : left + side].contiguous(
                    memory_format=torch.channels_last
                )
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(crops), labels[batch]).backward()
                optimizer.step()
                scheduler.step()
    _fold_normalisation(model.eval())
    return model.state_dict()


def _add_normalisation(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            setattr(module, name, nn.Sequential(child, nn.BatchNorm2d(child.out_channels)))
        elif isinstance(child, nn.Linear):
            setattr(module, name, nn.Sequential(child, nn.BatchNorm1d(child.out_features)))
        else:
            _add_normalisation(child)


def _fold_normalisation(module: nn.Module) -> None:
    for name, child in module.named_children():
        match list(child.children()):
            case [nn.Conv2d() as layer, nn.BatchNorm2d() as norm]:
                setattr(module, name, fuse_conv_bn_eval(layer, norm))
            case [nn.Linear() as layer, nn.BatchNorm1d() as norm]:
                setattr(module, name, fuse_linear_bn_eval(layer, norm))
            case _:
                _fold_normalisation(child)
