"""Class images by activation maximisation (question 8), also with a second network (question 11)."""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.visualization.ascent import class_index, noise, snapshots
from experiments.visualization.class_measures import measured
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary

CLASSES = ["gorilla", "hourglass", "snail", "tarantula", "bee eater", "daisy", "oboe", "Yorkshire terrier"]
SECOND_CLASSES = ["gorilla", "hourglass", "snail", "tarantula"]


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={
        "network": "tiny_squeezenet",
        "classes": ["texture 3", "texture 10", "texture 22", "texture 27"],
        "iterations": 30,
    },
    local=True,
    device="gpu",
)
def class_images(
    network: str = "squeezenet1_1",
    classes: list[str] = CLASSES,
    iterations: int = 1000,
    rate: float = 10.0,
    l2: float = 1e-3,
    seeds: int = 2,
) -> Arrays:
    """Class images of each class from `seeds` noise images, all in one batch.

    Returns:
        "image", network inputs float32 [seeds × classes, 3, side, side]; "target" (class index), "seed"; "start", the
        noise images.
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.nets.registry import image_size

    names = imagenet.load().classes
    targets = [class_index(names, name) for name in classes] * seeds
    start = torch.cat([noise(len(classes), image_size(network), seed) for seed in range(seeds)])
    kept, _ = snapshots(network, start, targets, [iterations], rate=rate, l2=l2)
    return {
        "image": kept[0],
        "target": np.array(targets),
        "seed": np.repeat(range(seeds), len(classes)),
        "start": start[:: len(classes)].numpy(),
    }


@experiment(
    data=["imagenet-25", "weights/{network}"],
    demo={"network": "tiny_vgg", "classes": ["texture 3", "texture 10"], "iterations": 30},
    local=True,
    device="gpu",
)
def second_class_images(
    network: str = "efficientnet_lite0",
    classes: list[str] = SECOND_CLASSES,
    iterations: int = 1000,
    rate: float = 10.0,
    l2: float = 1e-3,
) -> Arrays:
    """The same with a second network, from the first noise image: "image", "target", "seed"."""
    import numpy as np

    from experiments.lab.data import imagenet
    from experiments.lab.nets.registry import image_size

    names = imagenet.load().classes
    targets = [class_index(names, name) for name in classes]
    start = noise(len(classes), image_size(network), 0)
    kept, _ = snapshots(network, start, targets, [iterations], rate=rate, l2=l2)
    return {"image": kept[0], "target": np.array(targets), "seed": np.zeros(len(classes), int)}


@experiment(
    inputs={"made": class_images, "second": second_class_images},
    data=["imagenet-25", "weights/{network}", "weights/{judge}"],
    demo={"network": "tiny_squeezenet", "judge": "tiny_vgg"},
    device="gpu",
)
def class_image(
    made: Arrays, second: Arrays, network: str = "squeezenet1_1", judge: str = "efficientnet_lite0"
) -> pd.DataFrame:
    """One row for each class image: image statistics, and how each network classifies it.

    `kind` is "class image", or "noise" for the start. Images made with the second network are evaluated by the first.
    """
    import numpy as np

    from experiments.lab.data import imagenet

    names, parts = imagenet.load().classes, []
    starts = np.repeat(made["start"], len(made["image"]) // len(made["start"]), axis=0)
    first_targets, seeds = made["target"], made["seed"]
    for kind, images, targets, seed, own, other in (
        ("class image", made["image"], first_targets, seeds, network, judge),
        ("noise", starts, first_targets, seeds, network, judge),
        ("class image", second["image"], second["target"], second["seed"], judge, network),
    ):
        about = {"network": own, "judge": other, "kind": kind, "class": [names[k] for k in targets], "seed": seed}
        parts.append(pd.DataFrame(about | measured(images, targets, own, other)))
    return pd.concat(parts, ignore_index=True)


@experiment(inputs={"made": class_images, "second": second_class_images, "results": class_image})
def class_image_pictures(made: Arrays, second: Arrays, results: pd.DataFrame) -> Images:
    """The class images from the first noise image, at the size they were made, with their contrast stretched."""
    from experiments.lab.plots.pictures import colours, slug, stretched

    networks = results.drop_duplicates("network")[["network", "judge"]]
    first = made["image"][made["seed"] == 0]
    pictures = {}
    for network, images in zip(networks["network"], (first, second["image"]), strict=True):
        for name, image in zip(_of_network(results, network)["class"], images, strict=True):
            shown = stretched(colours(image))
            pictures[slug(name, network)] = Picture(shown, f"class image of {name}, made with {title(network)}")
    return pictures


@figure(
    class_image,
    class_image_pictures,
    format="sheet",
    caption="[EfficientNet-Lite0 recognizes most of what SqueezeNet draws; SqueezeNet recognizes nothing of what "
    'EfficientNet-Lite0 draws.]{claim="class_image.agreement_is_one_sided"} Class images of both networks, from the '
    "first of `class_image.seeds`{.value} noise images. Below each: probability of the class for the network that "
    "made it, and for the other one. Contrast is stretched between the 0.5th and the 99.5th percentile.",
    alt="In SqueezeNet's images gorillas with their young, hourglasses, snails, tarantulas, bee eaters, daisies, oboes "
    "and terriers' heads appear several times over on a mottled ground. EfficientNet-Lite0's have a fine coloured "
    "grain, in which snails and the legs of tarantulas can be made out.",
)
def class_image_sheet(results: pd.DataFrame, images: Images) -> Sheet:
    """Classes in columns: those that both networks have drawn one below the other, then the rest of the first."""
    from experiments.lab.plots.pictures import slug

    networks = list(results["network"].unique())
    first, second = (_of_network(results, network) for network in networks)
    both = first["class"].isin(second["class"])
    rows = [(networks[0], first[both]), (networks[1], second), (networks[0], first[~both])]
    tiles = [
        Tile(
            images[slug(cell["class"], network)],
            label=f"{cell['class']}: {cell.probability:.0%}, {cell.judge_probability:.1%}",
        )
        for network, cells in rows
        for _, cell in cells.iterrows()
    ]
    return Sheet(tiles, columns=len(second), row_labels=[title(network) for network, cells in rows if len(cells)])


def _of_network(results: pd.DataFrame, network: str) -> pd.DataFrame:
    """The rows of a network's class images from the first noise image, in the order in which they were made."""
    return results[(results["network"] == network) & (results["kind"] == "class image") & (results["seed"] == 0)]


@summary(class_image)
def class_image_values(results: pd.DataFrame) -> dict:
    """Means over classes and seeds, for each network, and how often the other network agrees.

    Statements of the text, each false as soon as one part of it is:

    - `agreement_is_one_sided`: the second network's first guess is the class for most images of the first, and the
      first network's for none of the second's.
    - `second_is_twice_as_fine`: the second network's images have 1.5 to 2.5 times the high-frequency energy.
    """
    from experiments.lab.methods.intervals import mean_interval

    columns = ["colourfulness", "total_variation", "fine", "probability", "judge_probability"]
    first = results["network"].iloc[0]
    about = {}
    for key, rows in (
        ("first", results.query("network == @first and kind == 'class image'")),
        ("noise", results.query("kind == 'noise'")),
        ("second", results.query("network != @first")),
    ):
        by_class = rows.groupby("class")[columns].mean()
        about[key] = {
            **{column: rows[column].mean() for column in columns},
            "images": len(rows),
            "judge_interval": mean_interval(by_class["judge_probability"].to_numpy()),
            "judge_first": (rows["judge_rank"] == 1).sum(),
            "judge_among_five": (rows["judge_rank"] <= 5).sum(),
            "judge_median_rank": rows["judge_rank"].median(),
            "least_probability": rows["probability"].min(),
            "best_class": by_class["judge_probability"].idxmax(),
            "best_probability": by_class["judge_probability"].max(),
        }
    most = about["first"]["judge_first"] > about["first"]["images"] / 2
    return about | {
        "agreement_is_one_sided": bool(most and about["second"]["judge_first"] == 0),
        "second_is_twice_as_fine": bool(1.5 < about["second"]["fine"] / about["first"]["fine"] < 2.5),
        "network": first,
        "judge": results["judge"].iloc[0],
        "classes": results["class"].nunique(),
        "seeds": results["seed"].nunique(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
