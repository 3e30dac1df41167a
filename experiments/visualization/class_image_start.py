"""Gradient ascent from a photograph of the class (question 10), also with a second network (question 11)."""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.photographs import photographs
from experiments.visualization.ascent import snapshots
from experiments.visualization.class_measures import measured
from experiments.visualization.saliency import saliency_pictures
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary

IMAGES = (7, 8, 13, 20)
"""Photographs, from 0: a gorilla, a sports car, a bee eater, a daisy."""
ITERATIONS = [500, 1000]
DEMO_ITERATIONS = [20, 40]


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_squeezenet", "iterations": DEMO_ITERATIONS},
    local=True,
    device="gpu",
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
    device="gpu",
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
    device="gpu",
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
    device="gpu",
)
def class_image_start_second(
    made: Arrays, network: str = "efficientnet_lite0", judge: str = "squeezenet1_1"
) -> pd.DataFrame:
    """As `class_image_start`, with the roles exchanged: the first network evaluates the images of the second."""
    return class_image_start(made, network, judge)


@experiment(inputs={"made": photograph_trajectories, "results": class_image_start})
def class_image_start_pictures(made: Arrays, results: pd.DataFrame) -> Images:
    """What the ascent makes of the photographs, with its contrast stretched, and where it has changed them.

    The photographs themselves, and their saliency maps for this network, are results of other steps. The change of a
    pixel is that of the colour channel that changed most.
    """
    import numpy as np

    from experiments.lab.plots.pictures import colours, map_colours, slug, stretched

    network, pictures = title(results["network"].iloc[0]), {}
    start = [colours(image).astype(float) for image in made["image"][0]]
    for iteration, images in zip(made["iteration"][1:], made["image"][1:], strict=True):
        names = results.loc[results["iteration"] == iteration, "class"]
        for name, image, before in zip(names, images, start, strict=True):
            shown, when = colours(image), f"after {iteration:,d} iterations of gradient ascent with {network}"
            change = map_colours(np.abs(shown - before).max(2))
            pictures[slug(name, iteration)] = Picture(stretched(shown), f"photograph of the class {name} {when}")
            if iteration == made["iteration"][-1]:
                pictures[slug(name, "change")] = Picture(change, f"change of the photograph of the class {name} {when}")
    return pictures


@experiment(inputs={"made": second_photograph_trajectories, "results": class_image_start_second})
def class_image_start_second_pictures(made: Arrays, results: pd.DataFrame) -> Images:
    """As `class_image_start_pictures`, for the second network, with the saliency maps of the photographs."""
    from experiments.lab.plots.pictures import map_colours, slug

    names, network = results["class"].unique(), title(results["network"].iloc[0])
    maps = {
        slug(name, "saliency"): Picture(
            map_colours(one), f"saliency map of the photograph of the class {name} for {network}"
        )
        for name, one in zip(names, made["saliency"], strict=True)
    }
    return {**class_image_start_pictures(made, results), **maps}


@figure(
    class_image_start,
    photographs,
    class_image_start_pictures,
    format="sheet",
    caption="Gradient ascent draws further parts of the class over the photograph. Four photographs, and what ascent "
    "towards their class makes of them. Below each: how the probability of the class changes for the network that "
    "ascends, and for the other one. Contrast is stretched, for all but the photographs, between the 0.5th and the "
    "99.5th percentile; unstretched, the images are paler than the photographs.",
    alt="A gorilla, a sports car, a bee eater and a daisy. With more and more iterations parts of the object repeat "
    "around it, and the background loses its detail; the object remains visible.",
)
def class_image_start_sheet(results: pd.DataFrame, images: Images, ascended: Images) -> Sheet:
    """A tile for each photograph, in which the iterations are gone through."""
    from experiments.lab.plots.pictures import slug

    steps = sorted(results["iteration"].unique())
    tiles = []
    for name, rows in results.groupby("class", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        own = f"{first['probability']:.0%} → {last['probability']:.0%}"
        other = f"{first['judge_probability']:.0%} → {last['judge_probability']:.0%}"
        tiles.append(
            Tile(
                [images[slug(name)], *(ascended[slug(name, step)] for step in steps[1:])],
                label=f"**{name}**, {own} | {other}",
                alt=f"photograph of the class {name}",
            )
        )
    frames = ["photograph", *(f"{step:,d} iterations" for step in steps[1:])]
    return Sheet(tiles, columns=min(len(tiles), 2), frames=frames)


@figure(
    class_image_start,
    saliency_pictures,
    class_image_start_pictures,
    suffix="change",
    format="sheet",
    caption="[The ascent changes the whole photograph, and not mainly where it was "
    'salient.]{claim="abs(class_image_start.end.saliency_correlation) < 0.2"} Above: the saliency map of the '
    "photograph. Below: the change of each pixel (of the colour channel that changed most). Maps run from black (0) "
    "to bright yellow (their 99th percentile). ρ: rank correlation of the two maps.",
    alt="Two rows of four maps. In the upper row bright specks are densest on the object; in the lower row brightness "
    "is spread over the whole image, and has little to do with the map above.",
)
def class_image_start_change(results: pd.DataFrame, maps: Images, ascended: Images) -> Sheet:
    """A column for each photograph: where it is salient, and where the ascent has changed it."""
    from experiments.lab.plots.pictures import slug

    last = results[results["iteration"] == results["iteration"].max()]
    tiles = [Tile(maps[slug(name)]) for name in last["class"]]
    tiles += [
        Tile(ascended[slug(row["class"], "change")], label=f"ρ = {row['saliency_correlation']:.2f}".replace("-", "−"))
        for _, row in last.iterrows()
    ]
    rows = ["saliency", f"change after {last['iteration'].iloc[0]:,d} iterations"]
    return Sheet(tiles, columns=len(last), column_labels=list(last["class"]), row_labels=rows)


@figure(
    class_image_start_second,
    photographs,
    class_image_start_second_pictures,
    format="sheet",
    caption="[What the second network draws over the photographs does not convince the "
    'first.]{claim="class_image_start_second.end.judge_probability < '
    'class_image_start_second.start.judge_probability"} The same photographs. Below each: how the probability of the '
    "class changes for the second network, which ascends, and for the first. Contrast is stretched, for all but the "
    "photographs, between the 0.5th and the 99.5th percentile.",
    alt="The same four photographs. With more and more iterations, fine textures of the class cover the image, and the "
    "object remains visible.",
)
def class_image_start_second_sheet(results: pd.DataFrame, images: Images, ascended: Images) -> Sheet:
    """As `class_image_start_sheet`."""
    return class_image_start_sheet(results, images, ascended)


@figure(
    class_image_start_second,
    class_image_start_second_pictures,
    suffix="change",
    format="sheet",
    caption="[The second network's changes, too, have little to do with "
    'saliency.]{claim="abs(class_image_start_second.end.saliency_correlation) < 0.2"} Above: the saliency map of the '
    "photograph for the second network. Below: the change of each pixel. Maps run from black (0) to bright yellow "
    "(their 99th percentile). ρ: rank correlation of the two maps.",
    alt="Two rows of four maps. In the upper row bright specks are densest on the object; in the lower row brightness "
    "is spread over the whole image, and has little to do with the map above.",
)
def class_image_start_second_change(results: pd.DataFrame, ascended: Images) -> Sheet:
    """As `class_image_start_change`."""
    from experiments.lab.plots.pictures import slug

    maps = {slug(name): ascended[slug(name, "saliency")] for name in results["class"].unique()}
    return class_image_start_change(results, maps, ascended)


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
