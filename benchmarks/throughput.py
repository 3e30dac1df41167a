"""Images a second through a network: the plain torchvision loop against what `tpdl` does, and what else there would be.

    python benchmarks/throughput.py [NETWORK] [IMAGES]

The plain loop runs batches of 32 in eager mode with gradients off, in torch's default memory layout. The variants
change the layout, the size of the batch, and compile the network (`torch.compile`, whose own time is printed beside).
All take turns, so that whatever else the machine does meets all of them; printed is the best of three of each, and its
ratio to the plain loop. Exits 1 if what `tpdl` uses is slower than it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from experiments.lab.nets.inputs import BATCH
from experiments.lab.nets.registry import build, image_size

SIZES = (1, 8, 16, 32, 64)
ROUNDS = 3
PLAIN = "plain loop, batch 32"
USED = f"channels last, batch {BATCH}"


@dataclass
class Variant:
    """One way to run the network."""

    size: int
    layout: torch.memory_format
    compiled: bool = False
    prepared: float = 0.0
    """Seconds before the first result."""
    best: float = 0.0
    """Images a second."""
    run: Callable[[Tensor], Tensor] = field(init=False)
    images: Tensor = field(init=False)

    def prepare(self, network: str) -> None:
        """Build the network and run a first batch."""
        model: nn.Module = build(network, "random").to(memory_format=self.layout)
        side = image_size(network)
        self.images = torch.randn(self.size, 3, side, side).contiguous(memory_format=self.layout)
        self.run = torch.compile(model) if self.compiled else model
        begun = time.perf_counter()
        self.run(self.images)
        self.prepared = time.perf_counter() - begun

    def measure(self, count: int) -> None:
        """Run about `count` images, whole batches."""
        turns = max(1, count // self.size)
        begun = time.perf_counter()
        for _ in range(turns):
            self.run(self.images)
        self.best = max(self.best, turns * self.size / (time.perf_counter() - begun))


def main(network: str = "squeezenet1_1", count: str = "64") -> int:
    """Print the table for one network."""
    variants = {PLAIN: Variant(32, torch.contiguous_format)}
    variants |= {f"channels last, batch {size}": Variant(size, torch.channels_last) for size in SIZES}
    variants["compiled, batch 32"] = Variant(32, torch.contiguous_format, compiled=True)
    variants["compiled, channels last, batch 32"] = Variant(32, torch.channels_last, compiled=True)
    print(f"{network}, {torch.get_num_threads()} threads", flush=True)
    with torch.inference_mode():
        for name, variant in list(variants.items()):
            try:
                variant.prepare(network)
            except Exception as error:  # a machine without a C++ compiler cannot compile, and says so in many ways
                if not variant.compiled:
                    raise
                print(f"{name}: not possible here ({str(error).strip().splitlines()[0]})")
                del variants[name]
        for _ in range(ROUNDS):
            for variant in variants.values():
                variant.measure(int(count))
    plain = variants[PLAIN].best
    for name, variant in variants.items():
        compiled = f"   after {variant.prepared:.0f} s of compiling" if variant.compiled else ""
        print(
            f"{name:<36}{variant.best:8.1f} images/s   {variant.best / plain:.2f}{compiled}"
            f"{'   <- used' * (name == USED)}"
        )
    return int(variants[USED].best < plain)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
