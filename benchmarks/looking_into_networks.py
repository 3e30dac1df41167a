"""Adversarial examples and the grid of class images, as batches, against the lab's loops over single images.

    python benchmarks/looking_into_networks.py [NETWORK] [--pairs 8] [--unit 2]

The loops are those of the lab's notebook: one image at a time, the network as it is loaded, so that gradients of its
weights are computed along and thrown away; each cell of the grid a run of its own. Iterations of the grid are UNIT ×
(1, 5, 10, 50, 100), a scale model of the lab's 100 … 10 000. Prints seconds and ratios; exits 1 if a batch is not at
least three times as fast, or gives other results.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from experiments.lab.methods.class_image import Ascent
from experiments.lab.methods.fooling import fool
from experiments.lab.nets.class_gradient import for_class_gradients
from experiments.lab.nets.frozen import frozen, on_device_of
from experiments.lab.nets.registry import build, image_size

RATES, COLUMNS = (0.1, 1.0, 5.0, 10.0, 50.0), (1, 5, 10, 50, 100)


def fool_one_by_one(network: str, images: torch.Tensor, targets: torch.Tensor, limit: int) -> list[int]:
    """The notebook's loop; returns the steps that each pair took."""
    model, taken = build(network), []
    for image, target in zip(images.split(1), targets.tolist(), strict=True):
        moved, step = image.clone(), 0
        for step in range(limit + 1):
            moved = moved.detach().requires_grad_()
            scores = model(moved)
            if scores.argmax() == target or step == limit:
                break
            scores[0, target].backward()
            moved = moved + moved.grad / moved.grad.norm()
        taken.append(step)
    return taken


def climbed(ascent: Ascent, steps: int) -> torch.Tensor:
    """The images after all steps, on the CPU."""
    for _ in range(steps):
        ascent.step()
    return ascent.images.cpu()


def grid_cell_by_cell(network: str, start: torch.Tensor, target: int, unit: int, jitter: int) -> torch.Tensor:
    """The notebook's function called for every cell of the grid; returns the image of the last cell."""
    model = build(network)
    image = start
    for rate in RATES:
        for column in COLUMNS:
            ascent = Ascent(
                model,
                start,
                torch.tensor([target]),
                rate=torch.tensor([rate]),
                l2=torch.tensor([1e-3]),
                steps=unit * column,
                jitter=jitter,
            )
            image = climbed(ascent, unit * column)
    return image


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", nargs="?", default="squeezenet1_1")
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--limit", type=int, default=15)
    parser.add_argument("--unit", type=int, default=1)
    settings = parser.parse_args()
    network, side = settings.network, image_size(settings.network)
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(settings.pairs, 3, side, side, generator=generator)
    model = for_class_gradients(frozen(network))
    classes = model(on_device_of(model, images[:1])).shape[1]
    targets = torch.randint(classes, (settings.pairs,), generator=generator)
    device = next(model.parameters()).device
    inputs = on_device_of(model, images)
    # What the first pass of a shape costs is in neither time: the report has 200 pairs, not a few.
    fool_one_by_one(network, images[:1], targets[:1], 1)
    for few in range(1, 9):
        fool(model, inputs[:few], targets[:few].to(device), limit=1)

    looped = batched = float("inf")
    for _ in range(2):  # in turns, since other work on the machine comes and goes
        begun = time.perf_counter()
        made = fool(model, inputs, targets.to(device), limit=settings.limit)
        batched, begun = min(batched, time.perf_counter() - begun), time.perf_counter()
        steps = fool_one_by_one(network, images, targets, settings.limit)
        looped = min(looped, time.perf_counter() - begun)
    same = np.mean(np.abs(made.steps.cpu().numpy() - np.array(steps)) <= 1)
    print(
        f"adversarial, {settings.pairs} pairs: loop {looped:.1f} s, batch {batched:.1f} s, "
        f"{looped / batched:.1f} times faster"
    )
    print(f"  steps of batch and loop differ by at most one for {same:.0%} of the pairs")
    ratios = [looped / batched]

    start = torch.randn(1, 3, side, side, generator=generator)
    rows = on_device_of(model, start.repeat(len(RATES), 1, 1, 1))
    settled = {"l2": torch.full((len(RATES),), 1e-3), "rate": torch.tensor(RATES)}
    jitter, steps = round(16 * side / 224), settings.unit * COLUMNS[-1]
    begun = time.perf_counter()
    # Not with the faster gradients, which ask for numbers: on a GPU a step of the ascent is a CUDA graph.
    every = Ascent(
        frozen(network), rows, targets[:1].repeat(len(RATES)).to(device), steps=steps, jitter=jitter, **settled
    )
    last = climbed(every, steps)
    batched, begun = time.perf_counter() - begun, time.perf_counter()
    image = grid_cell_by_cell(network, start, int(targets[0]), settings.unit, jitter)
    looped = time.perf_counter() - begun
    close = float((image[0] - last[-1]).abs().mean())
    print(
        f"grid, {len(RATES)} × {len(COLUMNS)} cells: loop {looped:.1f} s, batch {batched:.1f} s, "
        f"{looped / batched:.1f} times faster"
    )
    print(
        f"  mean difference of the last cell: {close:.3f} of a range of about 4.4 "
        "(steps of fixed length amplify rounding)"
    )
    ratios.append(looped / batched)
    return 0 if min(ratios) >= 3 and same >= 0.9 else 1


if __name__ == "__main__":
    raise SystemExit(main())
