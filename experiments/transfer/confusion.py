"""Which scenes are confused with which, and the errors of which the classifier is most confident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import scene
from experiments.transfer.cut_classifiers import cut_classifiers
from experiments.transfer.gram import gram
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


LANDSCAPES = ("coast", "forest", "mountain", "open country")
SHOWN = 10
"""Mistakes on the sheet."""


@experiment(
    inputs={"gram": gram, "curve": layer_cut, "classifiers": cut_classifiers},
    demo={"network": "tiny_squeezenet"},
)
def confusion(gram: Arrays, curve: pd.DataFrame, classifiers: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """One row for each pair of classes: how many test images of `true` are classified as `predicted`.

    The classifier is that of the best cut.
    """
    import numpy as np

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    names, truth = gram["class"], gram["label"][int(gram["train"]) :]
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (truth, classifiers[f"{cut}/predicted"]), 1)
    return pd.DataFrame(
        {
            "network": network,
            "cut": cut,
            "true": str(names[i]),
            "predicted": str(names[j]),
            "images": counts[i, j],
            "share": counts[i, j] / counts[i].sum(),
        }
        for i in range(len(names))
        for j in range(len(names))
    )


@experiment(
    inputs={"gram": gram, "curve": layer_cut, "classifiers": cut_classifiers},
    demo={"network": "tiny_squeezenet"},
)
def mistakes(
    gram: Arrays, curve: pd.DataFrame, classifiers: Arrays, network: str = "squeezenet1_1", count: int = 20
) -> pd.DataFrame:
    """The misclassified test images with the highest decision values at the best cut, highest first.

    Where none is misclassified, the images with the lowest decision values, lowest first: the nearest to a mistake.
    """
    import numpy as np

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    train, names = int(gram["train"]), gram["class"]
    truth, found, score = gram["label"][train:], classifiers[f"{cut}/predicted"], classifiers[f"{cut}/score"]
    wrong = np.flatnonzero(found != truth)
    ranked = wrong[np.argsort(-score[wrong], kind="stable")] if len(wrong) else np.argsort(score, kind="stable")
    surest = ranked[:count]
    return pd.DataFrame(
        {
            "network": network,
            "cut": cut,
            "image": gram["image"][train:][surest],
            "index": train + surest,
            "true": names[truth[surest]],
            "predicted": names[found[surest]],
            "score": score[surest],
        }
    )


@experiment(inputs={"mistakes": mistakes}, data=["scenes"])
def mistake_pictures(mistakes: pd.DataFrame, count: int = 10, side: int = 256) -> Images:
    """The first `count` of those photographs, at most `side` pixels wide and high."""
    import numpy as np

    from experiments.lab.data import chosen_scenes

    scenes, pictures = chosen_scenes.load(), {}
    for place, row in enumerate(mistakes.head(count).to_dict("records"), 1):
        photograph = scenes.image(row["index"]).convert("L")
        photograph.thumbnail((side, side))
        shows = f"photograph of the class {row['true']}"
        pictures[f"{place:02d}"] = Picture(np.asarray(photograph), shows, exact=False)
    return pictures


@figure(
    confusion,
    caption="[Five of the `confusion.all_pairs`{.value} pairs of classes that are confused at all hold "
    '`confusion.five_pairs:.0%`{.value} of the errors.]{claim="confusion.five_pairs > 1 / 3"} '
    "Of the test images of each class (rows), the percentage classified as each class (columns), at the best "
    "cut. Classes that are often confused are neighbours. Cells without a number are below half a percent.",
    alt="A square matrix with the class names on both sides. The diagonal is dark; of the other cells only a few are "
    "shaded, most of them near the diagonal, between classes that look alike: rooms, or open landscapes.",
)
def confusion_matrix(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """The confusion matrix in percent of each class, with the numbers in its cells."""
    from experiments.lab.plots.annotated_matrix import sparse_matrix
    from experiments.lab.plots.panels import panels

    order = _alike_together(results.pivot(index="true", columns="predicted", values="images"))
    shares = 100 * results.pivot(index="true", columns="predicted", values="share").loc[order, order]
    fig, (axis,) = panels(narrow=narrow, height=6.8, narrow_height=4.0)
    sparse_matrix(axis, shares, size=7.5 if narrow else 9)
    axis.set_aspect("equal")
    names = list(map(scene, order))
    axis.set_xticks(axis.get_xticks(), names, rotation=90)
    axis.set_yticks(axis.get_yticks(), names)
    axis.tick_params(labelsize=7.5 if narrow else 9)
    axis.set(xlabel="predicted", ylabel="true")
    return fig


def _alike_together(counts: pd.DataFrame) -> list[str]:
    """The classes in an order in which those that are often confused are neighbours: leaves of a cluster tree."""
    import numpy as np
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    images = counts.to_numpy(float)
    often = images / images.sum(1, keepdims=True)
    apart = 1 - (often + often.T) / 2
    np.fill_diagonal(apart, 0)
    distances = squareform(apart, checks=False)
    return list(counts.index[leaves_list(optimal_leaf_ordering(linkage(distances, "average"), distances))])


@figure(
    mistakes,
    mistake_pictures,
    format="sheet",
    caption="[`confusion.landscapes`{.value} of the `confusion.shown`{.value} surest mistakes are between two natural "
    'landscapes.]{claim="confusion.landscapes > confusion.shown / 2"} '
    "The misclassified test images with the highest confidence, highest first: true class, and predicted class after "
    "the arrow.",
    alt="Ten grey photographs. Below each are its true class and the predicted class.",
)
def mistakes_sheet(results: pd.DataFrame, images: Images) -> Sheet:
    """The images with true and predicted class."""
    rows = results.head(len(images)).to_dict("records")
    tiles = [
        Tile(image, label=f"**{scene(row['true'])}**" + _taken_for(row))
        for row, image in zip(rows, images.values(), strict=True)
    ]
    return Sheet(tiles, columns=5)


def _taken_for(row: dict) -> str:
    """The predicted class after an arrow; nothing where it is the true one."""
    return "" if row["predicted"] == row["true"] else f" → *{scene(row['predicted'])}*"


@summary(confusion, mistakes)
def confusion_values(results: pd.DataFrame, wrong: pd.DataFrame) -> dict:
    """The classes from best to worst, and the most confused pairs, both directions together.

    Classes are named in words. `landscapes` counts, among the `shown` most confident mistakes, those between two
    natural landscapes. `largest` is missing where nothing is confused.
    """
    results, wrong = (
        rows.assign(true=rows["true"].map(scene), predicted=rows["predicted"].map(scene)) for rows in (results, wrong)
    )
    wrong = wrong[wrong["true"] != wrong["predicted"]]
    surest = wrong.head(SHOWN)
    right = results[results["true"] == results["predicted"]].sort_values("share", ascending=False)
    errors = results[(results["true"] != results["predicted"]) & (results["images"] > 0)]
    pairs: dict[tuple[str, ...], int] = {}
    for row in errors.to_dict("records"):
        pair = tuple(sorted((row["true"], row["predicted"])))
        pairs[pair] = pairs.get(pair, 0) + row["images"]
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    total = errors["images"].sum()
    largest = errors.loc[errors["share"].idxmax()] if len(errors) else None
    hardest = right["true"].iloc[-2]
    taken_for = errors[errors["true"] == hardest].sort_values("images", ascending=False)
    return {
        "network": results["network"].iloc[0],
        "cut": results["cut"].iloc[0],
        "accuracy": right["images"].sum() / results["images"].sum(),
        "errors": total,
        "classes": [{"class": row["true"], "share": row["share"]} for row in right.to_dict("records")],
        "best": {"class": right["true"].iloc[0], "share": right["share"].iloc[0]},
        "worst": {"class": right["true"].iloc[-1], "share": right["share"].iloc[-1]},
        "second_worst": {
            "class": hardest,
            "share": right["share"].iloc[-2],
            "taken_for": taken_for["predicted"].head(2).tolist(),
        },
        "pairs": [{"first": a, "second": b, "images": n, "of_errors": n / total} for (a, b), n in ranked[:10]],
        "five_pairs": sum(n for _, n in ranked[:5]) / max(1, total),
        "all_pairs": len(ranked),
        "shown": len(surest),
        "landscapes": (surest["true"].isin(LANDSCAPES) & surest["predicted"].isin(LANDSCAPES)).sum(),
        "largest": None if largest is None else {key: largest[key] for key in ("true", "predicted", "share")},
        "surest": [{key: row[key] for key in ("true", "predicted", "score")} for row in wrong.to_dict("records")[:5]],
    }


if __name__ == "__main__":
    tpdl.main(__file__)
