"""The lab's saliency map (question 1): which pixels does the score of the true class depend on?"""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.transfer.photographs import photographs
from experiments.visualization.maps import saliency_maps
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary


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


@experiment(inputs={"maps": saliency_maps, "results": saliency})
def saliency_pictures(maps: Arrays, results: pd.DataFrame) -> Images:
    """The saliency maps of the true class, a pixel of the map for each pixel of the image."""
    from experiments.lab.plots.pictures import map_colours, slug

    return {
        slug(name): Picture(map_colours(one), f"saliency map of the photograph of the class {name}")
        for name, one in zip(results["true"], maps["gradient"], strict=True)
    }


@figure(
    saliency,
    photographs,
    saliency_pictures,
    format="sheet",
    caption='[Nearly all maps favour the object, half of them only a little.]{claim="saliency.slight_but_common"} '
    "Each photograph, with a box drawn by hand, and the saliency map of its true class, from black (0) to bright "
    "yellow (the map's 99th percentile). *Lift*: share of the map inside the box over the box's share of the image; 1 "
    "is no preference. Wrong answers are named.",
    alt="25 photographs, each with a box and with a dark map of bright specks. In most maps the specks are densest on "
    "the object, but there are some everywhere.",
)
def saliency_sheet(results: pd.DataFrame, images: Images, maps: Images) -> Sheet:
    """Photograph and map as pairs, in the order of the data set."""
    from experiments.lab.plots.pictures import box_marks, slug

    tiles = []
    for row in results.to_dict("records"):
        photograph, found = images[slug(row["true"])], maps[slug(row["true"])]
        lift = "no box" if row["lift"] != row["lift"] else f"lift {row['lift']:.1f}"
        answer = "" if row["correct"] else f", taken for *{row['predicted']}*"
        marks = box_marks(row["image"] - 1, photograph.width)
        tiles.append(
            Tile(
                [photograph, found],
                f"**{row['true']}**, {lift}{answer}",
                f"An example of the class {row['true']}",
                marks,
            )
        )
    return Sheet(tiles, columns=5, frames=["photograph", "saliency map"])


@summary(saliency)
def saliency_values(results: pd.DataFrame) -> dict:
    """How strongly maps prefer the object, for each image and for images classified correctly and incorrectly.

    `below_one` are the classes of the images whose map prefers the surroundings, from the lowest lift. `with_box` and
    `with_probability` are the rank correlations, over images, of the lift with the box's share of the image and with
    the probability of the true class; `right_wrong_p` is the p-value of the rank-sum test (Mann and Whitney 1947) of
    the lifts of images classified correctly against the others. `by_class` is one entry for each image with a box.

    What an earlier report saw in single images: `three_preferred`, the maps of hay, Tibetan mastiff and Border terrier
    all prefer the object; `two_below_one`, Christmas stocking and sports car are the only ones that do not;
    `tissue_misnamed`, the toilet tissue is called a pillow although its lift is above the median. `lift_tells_errors`
    is whether the lift goes with the answer being right, or with the probability of the true class (p < 0.05).

    Statements of the text, each false as soon as one part of it is:

    - `slight_but_common`: at least nine in ten maps have a lift above 1, half of them below 1.5.
    - `two_spread_evenly`: the two above are the only ones below 1, and both are above 0.8.
    - `where_not_how_well`: the mean lift is above 1 (its interval), and the lift does not tell errors.
    - `answer_not_in_map`: the toilet tissue is misnamed, and the lift does not tell errors.
    """
    from scipy.stats import mannwhitneyu

    from experiments.lab.methods.intervals import mean_interval
    from experiments.lab.plots.pictures import slug

    boxed = results.dropna(subset=["lift"])
    ordered = boxed.sort_values("lift")
    about = lambda row: {key: row[key] for key in ("image", "true", "predicted", "correct", "box", "inside", "lift")}  # noqa: E731
    right, wrong = (boxed[boxed["correct"] == value] for value in (True, False))
    lifts = boxed.set_index("true")["lift"]
    tissue = boxed[boxed["true"] == "toilet tissue"]
    right_wrong_p = mannwhitneyu(right["lift"], wrong["lift"]).pvalue if len(right) and len(wrong) else None
    with_probability = _rank_correlation(boxed["lift"], boxed["probability"])
    below_one = ordered.loc[ordered["lift"] < 1, "true"].to_list()
    tells_errors = bool(
        (right_wrong_p is not None and right_wrong_p < 0.05)
        or (with_probability is not None and with_probability["p"] < 0.05)
    )
    two_below_one = sorted(below_one) == ["Christmas stocking", "sports car"]
    misnamed = bool(((tissue["predicted"] == "pillow") & (tissue["lift"] > boxed["lift"].median())).any())
    interval = mean_interval(boxed["lift"].to_numpy())
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
        "lift_interval": interval,
        "above_one": (boxed["lift"] > 1).sum(),
        "barely_above_one": ((boxed["lift"] > 1) & (boxed["lift"] < 1.25)).sum(),
        "peaks_inside": int(boxed["peak_inside"].sum()),
        "peaks_expected": boxed["box"].sum(),
        "least": about(ordered.iloc[0]),
        "most": about(ordered.iloc[-1]),
        "lift_right": right["lift"].median() if len(right) else None,
        "lift_wrong": wrong["lift"].median() if len(wrong) else None,
        "right_wrong_p": right_wrong_p,
        "below_one": below_one,
        "with_box": _rank_correlation(boxed["lift"], boxed["box"]),
        "with_probability": with_probability,
        "three_preferred": bool((lifts.reindex(["hay", "Tibetan mastiff", "Border terrier"]) > 1).all()),
        "two_below_one": two_below_one,
        "tissue_misnamed": misnamed,
        "lift_tells_errors": tells_errors,
        "slight_but_common": bool((boxed["lift"] > 1).mean() >= 0.9 and boxed["lift"].median() < 1.5),
        "two_spread_evenly": bool(two_below_one and ordered["lift"].iloc[0] > 0.8),
        "where_not_how_well": bool(interval[0] > 1 and not tells_errors),
        "answer_not_in_map": misnamed and not tells_errors,
        "by_class": {slug(row["true"]).replace("-", "_"): about(row) for row in boxed.to_dict("records")},
    }


def _rank_correlation(first: pd.Series, second: pd.Series) -> dict[str, float] | None:
    """Spearman's rank correlation with its p-value; None where one of the two does not vary."""
    from scipy.stats import spearmanr

    if first.nunique() < 2 or second.nunique() < 2:
        return None
    found = spearmanr(first, second)
    return {"correlation": float(found.statistic), "p": float(found.pvalue)}


if __name__ == "__main__":
    tpdl.main(__file__)
