"""Domain-adversarial training, images a second: a plain torchvision loop against the loop of
`experiments.lab.methods.domain_adversarial`.

    python benchmarks/adaptation_throughput.py [IMAGES]

Both train the same network on the same images, in batches of 32 + 32 from both domains, as the report has them, on one
thread, and the CPU's time counts: what else the machine does changes nothing. The plain loop is what a tutorial has:
`ImageFolder` and `DataLoader` for both domains (without workers), `ToTensor` and `Normalize`, torch's default memory
layout, ReLU before pooling. The other has the images in memory as one uint8 tensor, picks batches by index and converts
them at once. Printed for the feeding alone and for whole training steps; each is the best of three. It needs no data:
scikit-learn's digits stand in.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from experiments.lab.data import mnist, mnist_m
from experiments.lab.methods.domain_adversarial import train
from experiments.lab.methods.gradient_reversal import reverse_gradient
from experiments.lab.nets.dann import DomainAdversarialNetwork, as_input

HALF = 32


def write(images: np.ndarray, labels: np.ndarray, folder: Path) -> ImageFolder:
    """The images as PNG files in a folder for each class, and torchvision's data set of them."""
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{i}.png")
    return ImageFolder(folder, transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)]))


def plain_batches(source: ImageFolder, target: ImageFolder, workers: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
    """Images of both domains, and labels of the first half."""
    settings = {"batch_size": HALF, "shuffle": True, "drop_last": True, "num_workers": workers}
    for (images, labels), (others, _) in zip(
        DataLoader(source, **settings), DataLoader(target, **settings), strict=True
    ):
        yield torch.cat([images, others]), labels


def plain_training(source: ImageFolder, target: ImageFolder, device: str = "cpu", workers: int = 0) -> None:
    """One epoch as a tutorial has it."""
    model = DomainAdversarialNetwork().to(device)
    for first in (1, 4):  # convolution, ReLU, pooling: the order of the paper's figure
        model.features[first], model.features[first + 1] = model.features[first + 1], model.features[first]
    steps = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    domains = torch.cat([torch.zeros(HALF), torch.ones(HALF)]).to(device)
    for images, labels in plain_batches(source, target, workers):
        images, labels = images.to(device), labels.to(device)
        features = model.features(images)
        loss = nn.functional.cross_entropy(model.label(features[:HALF]), labels)
        score = model.domain(reverse_gradient(features, 0.5)).squeeze(1)
        loss = loss + nn.functional.binary_cross_entropy_with_logits(score, domains)
        steps.zero_grad()
        loss.backward()
        steps.step()


def feed(source: np.ndarray, target: np.ndarray) -> None:
    """The batches of one epoch of `train`, without the training."""
    x, z = torch.from_numpy(source), torch.from_numpy(target)
    for chosen, other in zip(torch.randperm(len(x)).split(HALF), torch.randperm(len(z)).split(HALF), strict=True):
        as_input(torch.cat([x[chosen], z[other]]))


def rate(work: Callable[[], object], images: int) -> float:
    """Images a second of CPU time: best of three."""
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        work()
        best = max(best, images / (time.process_time() - started))
    return best


def main(count: str = "1472") -> None:
    """Print both tables."""
    torch.set_num_threads(1)
    digits = mnist.small_digits()
    source = mnist_m.coloured(digits).train[: int(count)]
    target = mnist_m.blend(digits.train, mnist_m.sample_photographs())[: int(count)]
    labels = digits.train_labels[: int(count)]
    with tempfile.TemporaryDirectory() as scratch:
        files = [write(images, labels, Path(scratch) / name) for name, images in (("s", source), ("t", target))]
        images = 2 * (len(source) // HALF) * HALF
        work = {
            "feeding alone": (lambda: list(plain_batches(*files)), lambda: feed(source, target)),
            "training": (
                lambda: plain_training(*files),
                lambda: train(source, labels, target, weight=lambda p: 0.5, epochs=1, batch=2 * HALF),
            ),
        }
        print("images a second, one thread")
        for name, (plain, ours) in work.items():
            before, after = rate(plain, images), rate(ours, images)
            print(
                f"{name:14s} torchvision loop {before:9.0f}   tpdl {after:9.0f}   ratio {after / before:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
