"""What a network gains when its process keeps freed memory for the next arrays, as the process of a step does.

    python benchmarks/freed_memory.py [NETWORK …]

Each network has random weights, and runs over random images on one thread: once in a process as it comes, once in one
that has called `tpdl.run.memory.keep_freed`. Printed are milliseconds of the processor for an image: in passes forward
over 32 images, and forward and backward, for the gradient with respect to the images, over 24. The better of two.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

NETWORKS = ("squeezenet1_1", "efficientnet_lite0")
ROUNDS = 3


def measure(network: str, keep: bool) -> dict[str, float]:
    """Milliseconds for an image, in this process."""
    import torch

    from experiments.lab.nets.registry import build, image_size
    from tpdl.run.memory import keep_freed

    if keep and not keep_freed():
        raise SystemExit("this system's C library, or a variable such as MALLOC_TRIM_THRESHOLD_, decides otherwise")
    torch.set_num_threads(1)
    model = build(network, "random").eval().requires_grad_(False).to(memory_format=torch.channels_last)
    side = image_size(network)
    images = torch.randn(32, 3, side, side).to(memory_format=torch.channels_last)

    def forward() -> None:
        with torch.inference_mode():
            model(images)

    def and_backward() -> None:
        moved = images[:24].clone().requires_grad_()
        torch.autograd.grad(model(moved)[:, 0].sum(), moved)

    return {"forward": _milliseconds(forward, 32), "forward and backward": _milliseconds(and_backward, 24)}


def _milliseconds(work: Callable[[], None], images: int) -> float:
    work()
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        for _ in range(ROUNDS):
            work()
        best = min(best, (time.process_time() - begun) / ROUNDS / images * 1e3)
    return best


def main(*networks: str) -> None:
    """Print a line for each network and kind of pass."""
    print(f"{'':20} {'':22} {'as it comes':>12} {'kept':>8} {'ratio':>6}")
    for network in networks or NETWORKS:
        took = []
        for keep in ("", "keep"):
            command = [sys.executable, __file__, "--measure", network, keep]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"freed_memory.py: {network}: {done.stderr.strip().splitlines()[-1]}")
            took.append(json.loads(done.stdout.splitlines()[-1]))
        for kind, before in took[0].items():
            after = took[1][kind]
            print(f"{network:20} {kind:22} {before:9.1f} ms {after:5.1f} ms {before / after:6.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], bool(sys.argv[3]))))
    else:
        main(*sys.argv[1:])
