"""An application of saliency (question 3): localising the object with a network trained without any masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.tiles import grid
from experiments.visualization.maps import saliency_maps
from tpdl import Arrays, experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = (1, 3, 7, 13, 17, 19)
"""Images on the sheet, from 0: those of the sheet of methods."""
SOURCES = {"gradient": "gradient", "smoothgrad": "SmoothGrad", "grad-cam": "Grad-CAM"}
NAMES = SOURCES | {"centre": "middle of the image", "whole": "whole image"}


@experiment(inputs={"maps": saliency_maps}, data=["imagenet-25"], local=True)
def object_masks(maps: Arrays, smoothing: float = 4.0) -> Arrays:
    """Object masks from saliency maps that are smoothed by `smoothing` pixels of 224.

    Returns:
        "METHOD", bool [images, side, side].
    """
    import numpy as np
    from scipy.ndimage import gaussian_filter

    from experiments.lab.data import imagenet
    from experiments.lab.methods.object_mask import object_mask
    from experiments.lab.nets.inputs import coloured

    side = maps["gradient"].shape[-1]
    images = coloured(imagenet.load().images, side, normalise=False).permute(0, 2, 3, 1).numpy()
    sigma = smoothing * side / 224
    return {
        name: np.stack(
            [object_mask(image, gaussian_filter(one, sigma)) for image, one in zip(images, maps[name], strict=True)]
        )
        for name in progress(list(SOURCES), "methods")
    }


@experiment(inputs={"masks": object_masks}, data=["imagenet-25"], demo={"network": "tiny_squeezenet"})
def saliency_segmentation(masks: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """One row for each method and image that has one bounding box: how well the box around the mask fits it.

    `overlap` is the intersection over union of the two boxes; `found` is whether it is at least a half, ImageNet's
    criterion of localisation; `covered` is the fraction of the image inside the mask. Two baselines are scored as well:
    the whole image, and the middle half of it.
    """
    import numpy as np

    from experiments.lab.data import imagenet
    from experiments.lab.data.object_boxes import box_masks
    from experiments.lab.methods.object_mask import bounding_box, overlap

    photographs = imagenet.load()
    shape = masks["gradient"].shape
    truth, side = box_masks(shape[0], shape[1]), shape[1]
    single = [i for i in range(len(truth)) if truth[i].any() and (bounding_box(truth[i]) == truth[i]).all()]
    edge = round(side * (1 - np.sqrt(0.5)) / 2)
    middle = np.zeros((side, side), bool)
    middle[edge : side - edge, edge : side - edge] = True
    guesses = {name: masks[name] for name in SOURCES}
    guesses |= {"centre": np.repeat(middle[None], len(truth), 0), "whole": np.ones_like(truth)}
    rows = []
    for method, found in guesses.items():
        for i in single:
            value = overlap(bounding_box(found[i]), truth[i])
            rows.append(
                {
                    "network": network,
                    "method": method,
                    "image": i + 1,
                    "class": photographs.classes[photographs.labels[i]],
                }
                | {"overlap": value, "found": value >= 0.5, "covered": found[i].mean()}
            )
    return pd.DataFrame(rows)


@experiment(inputs={"masks": object_masks}, data=["imagenet-25"], local=True)
def saliency_segmentation_thumbnails(masks: Arrays) -> Arrays:
    """For the sheet: images, and for each method the image with the background faded.

    Returns:
        "image" and "METHOD", uint8 [images, side, side, 3]; "name".
    """
    import numpy as np

    from experiments.lab.data import imagenet
    from experiments.lab.plots.sheet import thumbnail

    photographs, shown = imagenet.load(), list(SHOWN)
    images = photographs.images[shown]
    faded = {
        name: np.stack(
            [thumbnail(_fade(image, masks[name][i]), 64, 20) for image, i in zip(images, shown, strict=True)]
        )
        for name in SOURCES
    }
    names = np.array([photographs.classes[photographs.labels[i]] for i in shown])
    return {"image": np.stack([thumbnail(image, 64, 20) for image in images]), "name": names} | faded


def _fade(image, mask):  # type: ignore[no-untyped-def]
    import numpy as np

    faded = 0.2 * image.mean(2, keepdims=True) + 175 + 0 * image
    return np.where(mask[..., None], image, faded).astype(np.uint8)


@figure(
    saliency_segmentation,
    saliency_segmentation_thumbnails,
    format="png",
    caption="Images, and the object found by the random walk with seeds from each map. The background is faded.",
    alt="Six columns of a photograph and three cut-outs of it. Some cut-outs are the animal, others a ragged part of "
    "it with background.",
)
def saliency_segmentation_sheet(results: pd.DataFrame, images: Arrays) -> Figure:
    """A column for each image."""
    tiles = [list(images["image"]), *(list(images[name]) for name in SOURCES)]
    return grid(tiles, ["image", *SOURCES.values()], [str(name) for name in images["name"]], label=0.85)


@figure(
    saliency_segmentation,
    suffix="overlap",
    caption="Overlap (intersection over union) of the box around the mask with the box drawn by hand. Dots: images. "
    "Ring and bar: mean with 95% bootstrap interval. Dotted: a half, from which an object counts as found. The last "
    "two rows are baselines that do not depend on the image.",
    alt="Five rows of dots over the overlap. Those of the three methods spread from nearly 0 to nearly 1.",
)
def saliency_segmentation_overlap(results: pd.DataFrame) -> Figure:
    """A row of dots for each method."""
    import numpy as np
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    from experiments.lab.methods.intervals import mean_interval

    fig = Figure(figsize=(7.2, 3.0))
    axis = fig.subplots()
    for place, method in enumerate(NAMES):
        values = results.loc[results["method"] == method, "overlap"].to_numpy()
        colour = "C0" if method in SOURCES else rcParams["ytick.color"]
        aside = np.random.default_rng(0).uniform(-0.15, 0.15, len(values))
        axis.plot(values, place + aside, ".", color=colour, alpha=0.5)
        axis.plot(mean_interval(values), [place, place], color="C1", linewidth=2.5)
        axis.plot(values.mean(), place, "o", color="C1", markersize=8, fillstyle="none", markeredgewidth=2)
    axis.axvline(0.5, color=rcParams["text.color"], linestyle=":", linewidth=1.4)
    axis.set_yticks(range(len(NAMES)), NAMES.values())
    axis.invert_yaxis()
    axis.set(xlabel="overlap with the box drawn by hand", xlim=(0, 1))
    axis.grid(axis="y", visible=False)
    return fig


@summary(saliency_segmentation)
def saliency_segmentation_values(results: pd.DataFrame) -> dict:
    """Overlap and images found by method, and each against the two baselines."""
    from experiments.lab.methods.intervals import mean_interval

    table = results.pivot(index="image", columns="method", values="overlap")
    return {
        "network": results["network"].iloc[0],
        "images": len(table),
        "names": NAMES,
        "by_method": {
            method.replace("-", "_"): {
                "overlap": table[method].mean(),
                "interval": mean_interval(table[method].to_numpy()),
                "found": (table[method] >= 0.5).sum(),
                "gain": mean_interval((table[method] - table["centre"]).to_numpy()),
                "gain_over_whole": mean_interval((table[method] - table["whole"]).to_numpy()),
            }
            for method in NAMES
        },
        "best": NAMES[max(SOURCES, key=lambda method: float(table[method].mean()))],
    }


if __name__ == "__main__":
    tpdl.main(__file__)
