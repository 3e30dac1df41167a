"""Images per second of the report's GAN training, against the loop that most people start from.

    python benchmarks/gan_throughput.py [--batches 15] [--rounds 3]

Both train the lab's DCGAN (generator 128-64-32, discriminator 32-64-128, batch 128) on MNIST at 32×32, on one thread each.
The usual loop is that of the public DCGAN example: `torchvision.datasets.MNIST` with transforms (resize, to tensor, normalise) behind a
`DataLoader`, `BCELoss` on a sigmoid and label tensors, Adam as it comes, all gradients computed, every loss read off as it
is made. Rounds of the two take turns, so that other load on the machine falls on both. The last line is the ratio.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from torch import nn

from tpdl.data import mnist
from tpdl.data.place import data_root
from tpdl.data.squares import padded
from tpdl.methods.adversarial_training import AdversarialTraining
from tpdl.nets.dcgan import Discriminator, Generator, initialise

BATCH = 128


def networks() -> tuple[nn.Module, nn.Module]:
    """The lab's DCGAN."""
    torch.manual_seed(0)
    pair = Generator(), Discriminator()
    for model in pair:
        initialise(model)
    return pair


class Usual:
    """The usual loop, a few batches at a time."""

    def __init__(self, workers: int) -> None:
        from torchvision import datasets, transforms

        prepare = transforms.Compose(
            [transforms.Resize(32), transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
        )
        data = datasets.MNIST(str(data_root() / "mnist"), transform=prepare)
        self.loader = iter(torch.utils.data.DataLoader(data, BATCH, shuffle=True, num_workers=workers))
        self.generator, self.discriminator = networks()
        self.steps_d = torch.optim.Adam(self.discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.steps_g = torch.optim.Adam(self.generator.parameters(), lr=2e-4, betas=(0.5, 0.999))

    def run(self, batches: int) -> None:
        """Train for so many batches."""
        loss = nn.BCELoss()
        for _ in range(batches):
            x, _ = next(self.loader)
            self.discriminator.zero_grad()
            label = torch.full((len(x),), 1.0)
            output = torch.sigmoid(self.discriminator(x))
            error_real = loss(output, label)
            error_real.backward()
            output.mean().item()
            fake = self.generator(torch.randn(len(x), 100))
            label.fill_(0.0)
            output = torch.sigmoid(self.discriminator(fake.detach()))
            error_fake = loss(output, label)
            error_fake.backward()
            output.mean().item()
            (error_real + error_fake).item()
            self.steps_d.step()
            self.generator.zero_grad()
            label.fill_(1.0)
            output = torch.sigmoid(self.discriminator(fake))
            error = loss(output, label)
            error.backward()
            output.mean().item()
            self.steps_g.step()


class Report:
    """The report's loop."""

    def __init__(self) -> None:
        digits = mnist.load()
        self.training = AdversarialTraining(*networks(), padded(digits.train), digits.train_labels)

    def run(self, batches: int) -> None:
        """Train for so many batches."""
        for _ in range(batches):
            self.training.step()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=15, help="of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0, help="of the usual loop's DataLoader")
    given = parser.parse_args()
    torch.set_num_threads(1)
    loops = {"usual loop": Usual(given.workers), "report": Report()}
    speeds: dict[str, list[float]] = {name: [] for name in loops}
    for loop in loops.values():
        loop.run(2)
    for _ in range(given.rounds):
        for name, loop in loops.items():
            begun = time.process_time() if given.workers == 0 else time.perf_counter()
            loop.run(given.batches)
            spent = (time.process_time() if given.workers == 0 else time.perf_counter()) - begun
            speeds[name].append(given.batches * BATCH / spent)
    for name, found in speeds.items():
        print(f"{name:12} {statistics.median(found):7.0f} images/s  ({min(found):.0f} to {max(found):.0f})")
    print(f"ratio {statistics.median(speeds['report']) / statistics.median(speeds['usual loop']):.2f}")


if __name__ == "__main__":
    main()
