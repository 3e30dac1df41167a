"""Images a second through a network: the plain torchvision loop against what `tpdl` does.

    python benchmarks/throughput.py [NETWORK] [IMAGES]

The plain loop runs batches of 32 in eager mode with gradients off, in torch's default memory layout. The variants change the layout and
the size of the batch. Printed as ratios to the plain loop; each is the best of three.
"""

from __future__ import annotations

import sys
import time

import torch

from tpdl.nets.inputs import BATCH
from tpdl.nets.registry import build, image_size

SIZES = (1, 8, 16, 32, 64)


def images_per_second(network: str, count: int, size: int, layout: torch.memory_format) -> float:
    """Best of three, after a batch to warm up."""
    model = build(network, "random").to(memory_format=layout)
    images = torch.randn(size, 3, image_size(network), image_size(network)).contiguous(memory_format=layout)
    best = 0.0
    with torch.inference_mode():
        model(images)
        for _ in range(3):
            started = time.perf_counter()
            for _ in range(max(1, count // size)):
                model(images)
            best = max(best, max(1, count // size) * size / (time.perf_counter() - started))
    return best


def main(network: str = "squeezenet1_1", count: str = "64") -> None:
    """Print the table for one network."""
    plain = images_per_second(network, int(count), 32, torch.contiguous_format)
    print(f"{network}, {torch.get_num_threads()} threads\nplain loop, batch 32         {plain:8.1f} images/s   1.00")
    for size in SIZES:
        rate = images_per_second(network, int(count), size, torch.channels_last)
        used = "   <- used" if size == BATCH else ""
        print(f"channels last, batch {size:<8d}{rate:8.1f} images/s   {rate / plain:.2f}{used}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
