"""Memory of the Gram matrices at VGG16's 15 cuts: what it depends on, and what 4485 images take.

    python benchmarks/gram_memory.py

VGG16 with random weights: values do not change memory. Each size runs in a process of its own, because the highest
resident memory (`ru_maxrss`) of a process never falls. The law, with N images, n of them for training (n = N / 3 as in
15-Scene), blocks of w features, batches of b images, and c cuts:

    peak = base(b) + 4 N w  +  8 N n + 16 N n  +  4 N n c
           network   block     sum  normalising  finished

That is an upper bound, because the network is done when the blocks are read. The measured sizes give the base; with it
the law is evaluated for 4485 images. The features themselves would take 8 n d bytes at one cut.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (30, 60, 120)
WIDTH = 49_152
IMAGES, TRAIN, CUTS = 4485, 1500, 15
LIMIT = 6e9


def measure(images: int) -> dict[str, float]:
    """Peak memory and time of all cuts for so many random images, in this process."""
    import time

    import torch

    from experiments.lab.methods.gram import Totals, gram_matrices
    from experiments.lab.nets.cuts import cuts
    from experiments.lab.nets.inputs import BATCH
    from experiments.lab.nets.registry import build

    def batches():
        generator = torch.Generator().manual_seed(0)
        for first in range(0, images, BATCH):
            yield torch.randn(min(BATCH, images - first), 3, 224, 224, generator=generator)

    started, totals = time.perf_counter(), Totals()
    with tempfile.TemporaryDirectory(prefix="tpdl-") as folder:
        given = (build("vgg16", "random"), cuts("vgg16"), batches, images, images // 3, Path(folder) / "spool")
        kept = list(gram_matrices(*given, width=WIDTH, totals=totals))
    return {
        "images": images,
        "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "seconds": time.perf_counter() - started,
        "spooled": totals.spooled_bytes,
        "passes": totals.passes,
        "cuts": len(kept),
    }


def law(images: int, train: int) -> float:
    """Bytes that grow with the number of images."""
    return 4 * images * WIDTH + 24 * images * train + 4 * images * train * CUTS


def main() -> None:
    """Measure each size in a fresh process, and print the table."""
    rows = []
    print("images    peak GB   law GB (without base)   base GB   seconds   spooled GB   passes", flush=True)
    for size in SIZES:
        command = [sys.executable, __file__, str(size)]
        row = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        rows.append(row)
        grows = law(size, size // 3)
        print(
            f"{size:6d} {row['peak'] / 1e9:10.2f} {grows / 1e9:12.3f} {(row['peak'] - grows) / 1e9:20.2f} "
            f"{row['seconds']:9.0f} {row['spooled'] / 1e9:12.1f} {row['passes']:8d}",
            flush=True,
        )
    base = max(row["peak"] - law(row["images"], row["images"] // 3) for row in rows)
    expected = base + law(IMAGES, TRAIN)
    features = 3_211_264
    print(
        f"\n{IMAGES} images, {TRAIN} for training: {expected / 1e9:.2f} GB, "
        f"{expected / LIMIT:.0%} of the limit of {LIMIT / 1e9:.0f} GB"
    )
    print(
        f"the features of relu1 alone would take {8 * TRAIN * features / 1e9:.1f} GB, "
        f"{8 * TRAIN * features / expected:.0f} times as much"
    )
    raise SystemExit(0 if expected < LIMIT else 1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
