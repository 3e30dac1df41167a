"""The lab's saliency map (question 1): which pixels does the score of the true class depend on?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.sheet import thumbnail
from experiments.lab.plots.tiles import map_tile, paired
from experiments.visualization.maps import saliency_maps
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    inputs={"maps": saliency_maps},
    data=["imagenet-25"],
    demo={"network": "tiny_squeezenet"},
    may_be_missing=["inside", "lift", "peak_inside"],
)
def saliency(maps: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """One row for each image: how concentrated its map is, and how much of it is on the object.

    `concentration` is the fraction of the map's sum in the strongest tenth of the pixels. `box` is the fraction of the
    image inside the object's bounding box, `inside` the fraction of the map's sum there, and `lift` their ratio (1 for
    a map that is independent of the object). `peak_inside` is whether the strongest pixel of the map, blurred by 8
    pixels, is inside the box. Without a box these are missing.
    """
    import numpy as np
    from scipy.ndimage import gaussian_filter
    from scipy.special import softmax

    from experiments.lab.data import imagenet
    from experiments.lab.data.object_boxes import box_masks
    from experiments.lab.methods.map_measures import concentration, mass_inside

    photographs, found = imagenet.load(), maps["gradient"]
    count, side = len(found), found.shape[-1]
    masks = box_masks(count, side)
    probability, box = softmax(maps["scores"], 1), masks.mean((1, 2))
    known = np.where(box > 0, 1.0, np.nan)
    smooth = gaussian_filter(found, (0, 8 * side / 224, 8 * side / 224)).reshape(count, -1).argmax(1)
    inside = mass_inside(found, masks) * known
    return pd.DataFrame(
        {
            "network": network,
            "image": np.arange(count) + 1,
            "true": [photographs.classes[k] for k in photographs.labels],
            "predicted": [photographs.classes[k] for k in probability.argmax(1)],
            "correct": probability.argmax(1) == photographs.labels,
            "probability": probability[range(count), photographs.labels],
            "concentration": concentration(found),
            "box": box,
            "inside": inside,
            "lift": inside / np.where(box > 0, box, np.nan),
            "peak_inside": masks.reshape(count, -1)[range(count), smooth] * known,
        }
    )


@experiment(inputs={"maps": saliency_maps}, data=["imagenet-25"], local=True)
def saliency_thumbnails(maps: Arrays) -> Arrays:
    """For the sheets: "image", uint8 [images, side, side, 3]; "map", uint8 [images, side, side] with few levels."""
    import numpy as np

    from experiments.lab.data import imagenet

    return {
        "image": np.stack([thumbnail(image, 64, 20) for image in imagenet.load().images]),
        "map": np.stack([map_tile(one, 60, 10) for one in maps["gradient"]]),
    }


@figure(
    saliency,
    saliency_thumbnails,
    format="png",
    caption="The images and the saliency maps of their true class: bright pixels are those on which the score depends "
    "most. Blue: classified correctly. Vermillion: misclassified. The number is the lift: the share of the map inside "
    "the object's box divided by the box's share of the image; 1 means no preference.",
    alt="25 photographs, each beside a dark map with bright specks. In most maps the specks are densest on the object.",
)
def saliency_sheet(results: pd.DataFrame, images: Arrays) -> Figure:
    """Image and map, four pairs in a row, in the order of the data set."""
    lifts = ["no box" if lift != lift else f"{lift:.1f}" for lift in results["lift"]]
    titles = [f"{_short(row['true'])} {lift}" for (_, row), lift in zip(results.iterrows(), lifts, strict=True)]
    return paired(images["image"], images["map"], titles, ["C0" if right else "C1" for right in results["correct"]])


@summary(saliency)
def saliency_values(results: pd.DataFrame) -> dict:
    """How strongly maps prefer the object, for images classified correctly and incorrectly."""
    from experiments.lab.methods.intervals import mean_interval

    boxed = results.dropna(subset=["lift"])
    ordered = boxed.sort_values("lift")
    about = lambda row: {key: row[key] for key in ("image", "true", "predicted", "box", "inside", "lift")}  # noqa: E731
    right, wrong = (boxed[boxed["correct"] == value] for value in (True, False))
    return {
        "network": results["network"].iloc[0],
        "images": len(results),
        "boxed": len(boxed),
        "correct": results["correct"].sum(),
        "concentration": results["concentration"].mean(),
        "box": boxed["box"].mean(),
        "inside": boxed["inside"].mean(),
        "lift": boxed["lift"].mean(),
        "lift_median": boxed["lift"].median(),
        "lift_interval": mean_interval(boxed["lift"].to_numpy()),
        "above_one": (boxed["lift"] > 1).sum(),
        "barely_above_one": ((boxed["lift"] > 1) & (boxed["lift"] < 1.25)).sum(),
        "peaks_inside": int(boxed["peak_inside"].sum()),
        "peaks_expected": boxed["box"].sum(),
        "least": about(ordered.iloc[0]),
        "most": about(ordered.iloc[-1]),
        "lift_right": right["lift"].median() if len(right) else None,
        "lift_wrong": wrong["lift"].median() if len(wrong) else None,
    }


def _short(name: str, length: int = 15) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"


if __name__ == "__main__":
    tpdl.main(__file__)
