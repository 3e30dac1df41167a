"""Images per second of the report's GAN training, against the loop that most people start from.

    python benchmarks/gan_throughput.py [--batches 30]

Both train the lab's DCGAN (generator 128-64-32, discriminator 32-64-128, batch 128) on MNIST at 32×32. The usual loop
is that of the public DCGAN example: `torchvision.datasets.MNIST` with transforms (resize, to tensor, normalise) behind
a `DataLoader`, `BCELoss` on a sigmoid and label tensors, Adam as it comes, all gradients computed, every loss read off
as it is made.

Two comparisons, each in processes of their own:

- One core: one thread each, no worker process, in processor time, so that other load on the machine hardly counts.
  Nearly all of it is convolutions, which are the same arithmetic in both.
- The whole machine: what the example does if it is just started (threads for all cores, two worker processes), against
  what `tpdl run -j CORES` does with the trainings of a report: one thread each, side by side. In real time: nothing
  else should run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

BATCH = 128
WARM = 3
"""Batches that are not timed."""


def networks():  # type: ignore[no-untyped-def]
    """The lab's DCGAN."""
    import torch

    from experiments.lab.nets.dcgan import Discriminator, Generator, initialise

    torch.manual_seed(0)
    pair = Generator(), Discriminator()
    for model in pair:
        initialise(model)
    return pair


def usual(workers: int, device: str = "cpu"):  # type: ignore[no-untyped-def]
    """The usual loop, as a function that trains for one batch."""
    import torch
    from torchvision import datasets, transforms

    from experiments.lab.data.place import data_root

    prepare = transforms.Compose([transforms.Resize(32), transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    data = datasets.MNIST(str(data_root() / "mnist"), transform=prepare)
    loader = iter(torch.utils.data.DataLoader(data, BATCH, shuffle=True, num_workers=workers))
    generator, discriminator = (model.to(device) for model in networks())
    steps_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    steps_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    loss = torch.nn.BCELoss()

    def step() -> None:
        x = next(loader)[0].to(device)
        discriminator.zero_grad()
        label = torch.full((len(x),), 1.0, device=device)
        output = torch.sigmoid(discriminator(x))
        error_real = loss(output, label)
        error_real.backward()
        output.mean().item()
        fake = generator(torch.randn(len(x), 100, device=device))
        label.fill_(0.0)
        output = torch.sigmoid(discriminator(fake.detach()))
        error_fake = loss(output, label)
        error_fake.backward()
        output.mean().item()
        (error_real + error_fake).item()
        steps_d.step()
        generator.zero_grad()
        label.fill_(1.0)
        output = torch.sigmoid(discriminator(fake))
        error = loss(output, label)
        error.backward()
        output.mean().item()
        error.item()
        steps_g.step()

    return step


def report():  # type: ignore[no-untyped-def]
    """The report's loop, as a function that trains for one batch."""
    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import AdversarialTraining

    digits = mnist.load()
    return AdversarialTraining(*networks(), padded(digits.train), digits.train_labels).step


def started(loop: str, batches: int, threads: int, workers: int = 0) -> subprocess.Popen[str]:
    """A process that times one loop and prints images a second in processor time and in real time."""
    command = [sys.executable, __file__, "--loop", loop, "--batches", str(batches), "--workers", str(workers)]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def speeds(*processes: subprocess.Popen[str]) -> tuple[float, float]:
    """Images a second of all of them together: in processor time, and in real time."""
    found = [[float(word) for word in process.communicate()[0].split()] for process in processes]
    return sum(pair[0] for pair in found), sum(pair[1] for pair in found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=30, help="that are timed")
    parser.add_argument("--loop", choices=("usual", "report"), help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.loop:
        step = usual(given.workers) if given.loop == "usual" else report()
        for _ in range(WARM):
            step()
        processor, real = time.process_time(), time.perf_counter()
        for _ in range(given.batches):
            step()
        images = given.batches * BATCH
        print(images / (time.process_time() - processor), images / (time.perf_counter() - real))
        return
    cores, batches = os.cpu_count() or 1, given.batches
    one = speeds(started("usual", batches, 1))[0], speeds(started("report", batches, 1))[0]
    print(f"one core        usual loop {one[0]:6.0f}   report {one[1]:6.0f} images/s   ratio {one[1] / one[0]:.2f}")
    whole = speeds(started("usual", batches, cores, 2))[1]
    side_by_side = speeds(*[started("report", batches, 1) for _ in range(cores)])[1]
    print(
        f"{cores} cores         usual loop {whole:6.0f}   report {side_by_side:6.0f} images/s   "
        f"ratio {side_by_side / whole:.2f}"
    )


if __name__ == "__main__":
    main()
