"""An application of saliency (question 3): localising the object with a network trained without any masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.transfer.photographs import photographs
from experiments.visualization.maps import saliency_maps
from experiments.visualization.method_colours import colour_of
from tpdl import Arrays, Images, Outline, Sheet, Tile, experiment, figure, progress, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SOURCES = {"gradient": "gradient", "smoothgrad": "SmoothGrad", "grad-cam": "Grad-CAM"}
OTHERS = ("centre", "whole", "gradient")
"""What each method is compared with, image by image."""
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


@experiment(inputs={"masks": object_masks})
def mask_outlines(masks: Arrays, method: str = "gradient", tolerance: float = 0.7) -> pd.DataFrame:
    """The edges of one method's masks, as closed lines: one row for each corner.

    Args:
        tolerance: how far a line may be from the mask's edge, in pixels, so that it needs fewer corners.

    Returns:
        `image` (from 1); `line`, 0 for the edge of the mask and more for holes in it; `x`, `y` in pixels.
    """
    import numpy as np
    from skimage.measure import approximate_polygon, find_contours

    parts = []
    for image, mask in enumerate(masks[method]):
        # Outside of the image nothing is object, so that every line is closed.
        lines = find_contours(np.pad(mask, 1).astype(float), 0.5)
        for line, points in enumerate(sorted(lines, key=len, reverse=True)):
            # From the middle of a pixel of the padded mask to corners of pixels.
            y, x = (approximate_polygon(points, tolerance)[:-1] - 0.5).T
            parts.append(pd.DataFrame({"image": image + 1, "line": line, "x": x, "y": y}))
    return pd.concat(parts, ignore_index=True)


@figure(
    saliency_segmentation,
    mask_outlines,
    photographs,
    format="sheet",
    caption="[The best mask fits the object closely, the worst misses "
    'it.]{claim="saliency_segmentation.from_close_to_useless"} All images with one box, from the best mask to the '
    "worst. Rectangle: the box drawn by hand. Ragged line: the object found by the random walk with seeds from the "
    "gradient's map. Number: overlap (intersection over union) of the hand-drawn box with the box around the mask; "
    "from 0.50 on the object counts as found.",
    alt="Photographs with a rectangle and a ragged outline over each. In the first ones the outline follows the animal "
    "or thing; in the last ones it has hardly anything to do with it.",
)
def saliency_segmentation_sheet(results: pd.DataFrame, outlines: pd.DataFrame, images: Images) -> Sheet:
    """Photographs with box and outline, by overlap."""
    from experiments.lab.plots.pictures import box_marks, slug

    rows = results[results["method"] == "gradient"].sort_values("overlap", ascending=False, kind="stable")
    tiles = []
    for row in rows.to_dict("records"):
        photograph = images[slug(row["class"])]
        found = outlines[outlines["image"] == row["image"]]
        boxes = box_marks(row["image"] - 1, photograph.width)
        lines = [Outline(line[["x", "y"]].to_numpy().tolist()) for _, line in found.groupby("line")]
        tiles.append(Tile(photograph, label=f"**{row['class']}** {row['overlap']:.2f}", marks=[*boxes, *lines]))
    return Sheet(tiles, columns=5)


@figure(
    saliency_segmentation,
    suffix="overlap",
    caption="[On average no map's boxes fit better than a box that ignores the "
    'image.]{claim="saliency_segmentation.means_no_better"} Overlap (intersection over union) of the box around the '
    "mask with the box drawn by hand. Dots: images. Ring and bar: mean with 95% bootstrap interval over the images. "
    "Dotted: a half, from which on an object counts as found. Grey: baselines that do not depend on the image.",
    alt="Five rows of dots over the overlap. Those of the three methods spread from nearly 0 to nearly 1, and their "
    "means lie left of those of the two baselines.",
)
def saliency_segmentation_overlap(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A row of dots for each method."""
    from matplotlib import rcParams

    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    fig, (axis,) = panels(1, narrow=narrow, height=3.0, narrow_height=3.0)
    values = {name: results.loc[results["method"] == method, "overlap"].to_list() for method, name in NAMES.items()}
    dots(axis, values, {name: colour_of(method) for method, name in NAMES.items()}, interval=mean_interval, size=4)
    axis.axvline(0.5, color=rcParams["text.color"], linestyle=":", linewidth=1.4, zorder=0)
    axis.set_xlabel("overlap of the two boxes")
    axis.set_xlim(-0.02, 1.02)
    return fig


@summary(saliency_segmentation)
def saliency_segmentation_values(results: pd.DataFrame) -> dict:
    """Overlap and images found by method, each against the two baselines and against the gradient, pair by pair.

    `by_class` has the overlap of each image's mask from the gradient, and that of the two baselines; `best_image` and
    `worst_image` are the ones with the highest and the lowest overlap. `beat_guesses` are the kinds of map whose boxes
    fit better than both baselines (the intervals of the differences are above 0), `guesses_no_worse` whether both
    baselines have at least the mean overlap and the number found of the gradient's, and `differs_from` whether the
    interval of a method's difference from another excludes 0.

    Statements of the text, each false as soon as one part of it is:

    - `not_apart_from_guesses`: the gradient's overlap differs from neither baseline's.
    - `sources_alike`: neither SmoothGrad's nor Grad-CAM's differs from the gradient's.
    - `means_no_better`: no kind of map has a higher mean than the lower of the baselines.
    - `from_close_to_useless`: the best mask has an overlap above 0.8 and the worst one below 0.1.
    - `mastiff_is_no_rule`: the Tibetan mastiff's mask is the best, and no kind of map beats the guesses.
    """
    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.pictures import slug

    table = results.pivot(index="image", columns="method", values="overlap")
    masks = results[results["method"] == "gradient"].sort_values("overlap", kind="stable")
    ranked = [{"true": row["class"], "overlap": row["overlap"]} for row in masks.to_dict("records")]
    means, found = table.mean(), (table >= 0.5).sum()
    gains = {
        method: {other: mean_interval((table[method] - table[other]).to_numpy()) for other in OTHERS}
        for method in NAMES
    }
    apart = lambda method, other: gains[method][other][0] > 0 or gains[method][other][1] < 0  # noqa: E731
    beat_guesses = [
        name for method, name in SOURCES.items() if min(gains[method][guess][0] for guess in ("centre", "whole")) > 0
    ]
    return {
        "network": results["network"].iloc[0],
        "images": len(table),
        "names": NAMES,
        "by_method": {
            method.replace("-", "_"): {
                "overlap": table[method].mean(),
                "interval": mean_interval(table[method].to_numpy()),
                "found": (table[method] >= 0.5).sum(),
                "gain": gains[method]["centre"],
                "gain_over_whole": gains[method]["whole"],
                "gain_over_gradient": gains[method]["gradient"],
                "differs_from": {other: apart(method, other) for other in OTHERS},
            }
            for method in NAMES
        },
        "best": NAMES[max(SOURCES, key=lambda method: float(table[method].mean()))],
        "beat_guesses": beat_guesses,
        "not_apart_from_guesses": not (apart("gradient", "centre") or apart("gradient", "whole")),
        "sources_alike": not (apart("smoothgrad", "gradient") or apart("grad-cam", "gradient")),
        "means_no_better": bool(means[list(SOURCES)].max() <= means[["centre", "whole"]].min()),
        "from_close_to_useless": bool(ranked[-1]["overlap"] > 0.8 and ranked[0]["overlap"] < 0.1),
        "mastiff_is_no_rule": ranked[-1]["true"] == "Tibetan mastiff" and not beat_guesses,
        "guesses_no_worse": all(
            means[guess] >= means["gradient"] and found[guess] >= found["gradient"] for guess in ("centre", "whole")
        ),
        "best_image": ranked[-1],
        "worst_image": ranked[0],
        "by_class": {
            slug(row["class"]).replace("-", "_"): {
                "overlap": row["overlap"],
                "centre": table.at[row["image"], "centre"],
                "whole": table.at[row["image"], "whole"],
            }
            for row in masks.to_dict("records")
        },
    }


if __name__ == "__main__":
    tpdl.main(__file__)
