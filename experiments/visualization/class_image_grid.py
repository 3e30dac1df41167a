"""Class images for every learning rate and number of iterations (question 9): the whole grid is one batch of trajectories."""

from __future__ import annotations

import tpdl
from experiments.visualization.ascent import class_index, noise, snapshots
from tpdl import Arrays, experiment

RATES = (0.1, 1.0, 5.0, 10.0, 50.0)
"""Rows of the lab's grid: lengths of a step, in units of the normalised input."""
ITERATIONS = [100, 500, 1000, 5000, 10_000]
"""Columns of the lab's grid."""
DEMO_ITERATIONS = [10, 20, 40, 60, 80]


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "target": "texture 22", "iterations": DEMO_ITERATIONS},
    local=True,
)
def class_image_trajectories(
    network: str = "squeezenet1_1",
    target: str = "gorilla",
    iterations: list[int] = ITERATIONS,
    l2: float = 1e-3,
    seed: int = 0,
) -> Arrays:
    """One trajectory for each learning rate, with snapshots: the cost is that of the longest run once, not of 25 runs.

    Returns:
        "image", network inputs float32 [rates, iterations, 3, side, side]; "probability" of the target before each step,
        float32 [steps, rates]; "rate", "iteration"; "start", the noise that all rows start from [3, side, side].
    """
    import numpy as np

    from tpdl.data import imagenet
    from tpdl.nets.registry import image_size

    start = noise(len(RATES), image_size(network), seed)
    wanted = class_index(imagenet.load().classes, target)
    kept, sure = snapshots(
        network, start, [wanted] * len(RATES), iterations, rate=RATES, l2=l2, seed=seed, key="trajectories"
    )
    return {
        "image": kept.transpose(1, 0, 2, 3, 4),
        "probability": sure,
        "rate": np.array(RATES),
        "iteration": np.array(iterations),
        "start": start[0].numpy(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
