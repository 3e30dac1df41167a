"""Pretraining of the stand-in networks on procedural textures: what ImageNet is to the real ones."""

from __future__ import annotations

import functools

import torch
from torch import nn

from tpdl.data.textures import draw_textures
from tpdl.nets.inputs import normalised
from tpdl.nets.tiny import BUILDERS

EACH, EPOCHS, BATCH, RATE = 40, 10, 32, 2e-3


@functools.cache
def _trained(name: str) -> dict[str, torch.Tensor]:
    """Weights after `EPOCHS` epochs of Adam with a rate that falls to zero (one cycle, Smith and Topin 2017)."""
    pixels, kinds = draw_textures(EACH)
    images, labels = normalised(pixels), torch.from_numpy(kinds)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BUILDERS[name]().train().to(memory_format=torch.channels_last)
        steps = EPOCHS * (len(images) // BATCH)
        optimiser = torch.optim.Adam(model.parameters(), RATE)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
        for _ in range(EPOCHS):
            for chosen in torch.randperm(len(images))[: len(images) // BATCH * BATCH].split(BATCH):
                optimiser.zero_grad()
                loss = nn.functional.cross_entropy(model(images[chosen].to(memory_format=torch.channels_last)), labels[chosen])
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
                schedule.step()
    return {key: value.detach().clone() for key, value in model.state_dict().items()}


def pretrained(name: str) -> nn.Module:
    """The stand-in network called `name`, trained, in evaluation mode. The first call in a process takes seconds."""
    model = BUILDERS[name]()
    model.load_state_dict(_trained(name))
    return model.eval()
