"""Gradient ascent from a photograph of the class (question 10), also with a second network (question 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.tiles import grid, map_tile
from experiments.visualization.ascent import snapshots
from experiments.visualization.class_measures import measured, tile
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IMAGES = (7, 8, 13, 20)
"""Photographs, from 0: a gorilla, a sports car, a bee eater, a daisy."""
ITERATIONS = [500, 1000]
DEMO_ITERATIONS = [20, 40]


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "iterations": DEMO_ITERATIONS},
    local=True,
)
def photograph_trajectories(
    network: str = "squeezenet1_1",
    iterations: list[int] = ITERATIONS,
    rate: float = 5.0,
    l2: float = 1e-3,
    seed: int = 0,
) -> Arrays:
    """Gradient ascent from photographs towards their true class.

    Returns:
        "image", network inputs float32 [1 + iterations, photographs, 3, side, side], the start first; "saliency" of the
        start for the true class, float32 [photographs, side, side]; "target"; "iteration" (0 first).
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.attribution import gradient
    from experiments.lab.nets.frozen import frozen, on_device_of
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import image_size

    photographs, model = imagenet.load(), frozen(network)
    start = coloured(photographs.images[list(IMAGES)], image_size(network))
    targets = photographs.labels[list(IMAGES)]
    kept, _ = snapshots(network, start, targets.tolist(), iterations, rate=rate, l2=l2, seed=seed)
    images = on_device_of(model, start)
    saliency = gradient(model, images, torch.from_numpy(targets).long().to(images.device))
    return {
        "image": np.concatenate([start.numpy()[None], kept]),
        "saliency": saliency.cpu().numpy(),
        "target": targets,
        "iteration": np.array([0, *iterations]),
    }


@experiment(
    inputs={"made": photograph_trajectories},
    data=["imagenet-25", "weights/{network}", "weights/{judge}"],
    demo={"network": "tiny_squeezenet", "judge": "tiny_vgg"},
)
def class_image_start(made: Arrays, network: str = "squeezenet1_1", judge: str = "efficientnet_lite0") -> pd.DataFrame:
    """One row for each photograph and number of iterations: the measures of `class_measures`, and the change.

    `ssim` compares with the photograph, `rms` is the root mean square of the change in grey levels, and
    `saliency_correlation` the rank correlation over pixels of the change's magnitude with the photograph's saliency (0
    at the start, where nothing has changed).
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.methods.image_measures import structural_similarity
    from experiments.lab.methods.map_measures import rank_correlations
    from experiments.lab.nets.frozen import pixels

    names, parts = imagenet.load().classes, []
    start = pixels(torch.from_numpy(made["image"][0]))
    for iteration, images in zip(made["iteration"], made["image"], strict=True):
        colours = pixels(torch.from_numpy(images))
        change = colours - start
        about = {"network": network, "judge": judge, "image": np.array(IMAGES) + 1}
        about |= {"class": [names[k] for k in made["target"]], "iteration": iteration}
        columns = {
            "ssim": structural_similarity(start, colours),
            "rms": 255 * np.sqrt((change**2).mean((1, 2, 3))),
            "saliency_correlation": rank_correlations(np.abs(change).max(3), made["saliency"]),
        }
        parts.append(pd.DataFrame(about | columns | measured(images, made["target"], network, judge)))
    return pd.concat(parts, ignore_index=True)


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_vgg", "iterations": DEMO_ITERATIONS},
    local=True,
)
def second_photograph_trajectories(
    network: str = "efficientnet_lite0",
    iterations: list[int] = ITERATIONS,
    rate: float = 5.0,
    l2: float = 1e-3,
    seed: int = 0,
) -> Arrays:
    """The same with a second network (question 11)."""
    return photograph_trajectories(network, iterations, rate, l2, seed)


@experiment(
    inputs={"made": second_photograph_trajectories},
    data=["imagenet-25", "weights/{network}", "weights/{judge}"],
    demo={"network": "tiny_vgg", "judge": "tiny_squeezenet"},
)
def class_image_start_second(
    made: Arrays, network: str = "efficientnet_lite0", judge: str = "squeezenet1_1"
) -> pd.DataFrame:
    """As `class_image_start`, with the roles exchanged: the first network evaluates the images of the second."""
    return class_image_start(made, network, judge)


@experiment(inputs={"made": second_photograph_trajectories}, local=True)
def class_image_start_second_thumbnails(made: Arrays) -> Arrays:
    """As `class_image_start_thumbnails`, for the second network."""
    return class_image_start_thumbnails(made)


@experiment(inputs={"made": photograph_trajectories}, local=True)
def class_image_start_thumbnails(made: Arrays) -> Arrays:
    """For the sheet: photographs with snapshots and saliency maps.

    Returns:
        "image", uint8 [1 + iterations, photographs, side, side, 3]; "saliency", uint8 [photographs, side, side].
    """
    import numpy as np

    return {
        "image": np.stack([np.stack([tile(x, 84, 24) for x in row]) for row in made["image"]]),
        "saliency": np.stack([map_tile(x, 84, 24) for x in made["saliency"]]),
    }


@figure(
    class_image_start,
    class_image_start_thumbnails,
    format="png",
    caption="Gradient ascent from photographs. Under each picture, the probability of the class for the network that "
    "ascends, and for the other. Last row: saliency of the photograph.",
    alt="Four columns. Below each photograph it is shown after more and more iterations, paler and greyer, with "
    "repeated parts of the object drawn over it; the object remains visible.",
)
def class_image_start_sheet(results: pd.DataFrame, images: Arrays) -> Figure:
    """A column for each photograph: start, snapshots, saliency."""
    steps = sorted(results["iteration"].unique())
    names = [f"{step}\niterations" if step else "photograph" for step in steps]
    tiles = [list(row) for row in images["image"]] + [list(images["saliency"])]
    below = [
        [
            f"{row['probability']:.1%}, other {row['judge_probability']:.1%}"
            for _, row in results[results["iteration"] == step].iterrows()
        ]
        for step in steps
    ]
    below.append([""] * len(images["saliency"]))
    return grid(tiles, [*names, "saliency\nof the\nphotograph"], list(results["class"].unique()), below=below)


@figure(
    class_image_start_second,
    class_image_start_second_thumbnails,
    format="png",
    caption="The same photographs with the second network. Under each picture, the probability of the class for the "
    "second network, which ascends, and for the first.",
    alt="Four columns: what the ascent makes of a photograph after more and more iterations, paler each time, and the "
    "saliency of the photograph for the second network.",
)
def class_image_start_second_sheet(results: pd.DataFrame, images: Arrays) -> Figure:
    """As `class_image_start_sheet`, without the photographs, which are shown there."""
    later = {"image": images["image"][1:], "saliency": images["saliency"]}
    return class_image_start_sheet(results[results["iteration"] > 0], later)


@summary(class_image_start_second)
def class_image_start_second_values(results: pd.DataFrame) -> dict:
    """As `class_image_start_values`, for the second network."""
    return class_image_start_values(results)


@summary(class_image_start)
def class_image_start_values(results: pd.DataFrame) -> dict:
    """Means over photographs for each number of iterations."""
    columns = [
        "probability",
        "judge_probability",
        "ssim",
        "rms",
        "colourfulness",
        "total_variation",
        "saliency_correlation",
    ]
    steps = sorted(results["iteration"].unique())
    about = [{column: results.loc[results["iteration"] == step, column].mean() for column in columns} for step in steps]
    return {
        "network": results["network"].iloc[0],
        "photographs": results["image"].nunique(),
        "iterations": steps,
        "start": about[0],
        "middle": about[1],
        "end": about[-1],
        "judge_first_end": (results.loc[results["iteration"] == steps[-1], "judge_rank"] == 1).sum(),
        "judge_first_start": (results.loc[results["iteration"] == steps[0], "judge_rank"] == 1).sum(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
