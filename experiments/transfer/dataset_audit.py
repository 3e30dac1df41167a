"""An audit of the data set: duplicates, some on both sides of the split, and their effect on accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import scene
from experiments.transfer.gram import gram
from experiments.transfer.layer_cut import layer_cut
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {"train": "C3", "test": "C0"}


@experiment(data=["scenes"])
def dataset_audit() -> pd.DataFrame:
    """One row for each image: name, split, class, size in pixels, and its group of byte-identical images (0: none)."""
    from experiments.lab.data import chosen_scenes
    from experiments.lab.methods.duplicates import identical

    scenes = chosen_scenes.load()
    groups = identical(scenes.encoded, len(scenes))
    sizes = [scenes.image(i).size for i in range(len(scenes))]
    return pd.DataFrame(
        {
            "image": scenes.names,
            "split": [name.split("/")[0] for name in scenes.names],
            "class": [scenes.classes[label] for label in scenes.labels],
            "width": [width for width, _ in sizes],
            "height": [height for _, height in sizes],
            "group": groups,
        }
    )


@experiment(
    inputs={"audit": dataset_audit, "gram": gram, "curve": layer_cut},
    demo={"network": "tiny_squeezenet"},
)
def leakage(
    audit: pd.DataFrame,
    gram: Arrays,
    curve: pd.DataFrame,
    network: str = "squeezenet1_1",
    C: float = 1.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Accuracy at the network's best cut with and without the images that are in both training and test set.

    One row for each combination of training and test images: all, or those without a duplicate across the split. Where
    there is none, no row has only leaked test images. `change` is the difference from training on all images, on the
    same test images, with its 95 % bootstrap interval `change_low` to `change_high`.
    """
    import numpy as np

    from experiments.lab.methods.duplicates import across
    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.intervals import bootstrap_interval, mean_interval
    from experiments.lab.methods.linear_svm import linear_svm

    cut = str(curve.loc[curve["validation"].idxmax(), "cut"])
    train, labels = int(gram["train"]), gram["label"]
    leaked = across(audit["group"].to_numpy(), np.arange(len(audit)) < train)
    known, unknown = coordinates(gram[f"{cut}/kernel"], train)
    truth, rows = labels[train:], []
    with_all = np.zeros(0)
    for trained_on, kept in (("all", np.full(train, True)), ("without leaked", ~leaked[:train])):
        if len(set(labels[:train][kept])) < 2:  # nearly all training images are test images, too
            continue
        right = linear_svm(known[kept], labels[:train][kept], C, seed).predict(unknown) == truth
        with_all = right if trained_on == "all" else with_all
        changes = right.astype(float) - with_all
        tests = {"all": np.full(len(truth), True), "without leaked": ~leaked[train:], "only leaked": leaked[train:]}
        for tested_on, tested in tests.items():
            if not tested.any():  # nothing is leaked, or everything
                continue
            low, high = bootstrap_interval(right[tested], seed=seed)
            change_low, change_high = mean_interval(changes[tested], seed=seed)
            rows.append(
                {"network": network, "cut": cut, "trained_on": trained_on, "tested_on": tested_on}
                | {
                    "train_images": int(kept.sum()),
                    "test_images": int(tested.sum()),
                    "correct": int(right[tested].sum()),
                }
                | {"accuracy": right[tested].mean(), "low": low, "high": high}
                | {"change": changes[tested].mean(), "change_low": change_low, "change_high": change_high}
            )
    return pd.DataFrame(rows)


@figure(
    dataset_audit,
    caption="First panel: images of each class. Second: sizes in pixels, a dot for each size, its area the number of "
    "images "
    "that have it, with sizes rounded to four pixels; the most frequent one is named. Neither axis starts at zero "
    "there.",
    alt="Left, horizontal bars: every class has equally many training images; the number of test images differs from "
    "class to class. Right, widths against heights: one size is far more frequent than all others, which spread widely "
    "around it.",
)
def dataset_audit_classes(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Class counts on the left, image sizes on the right."""
    from matplotlib.patches import Patch

    from experiments.lab.plots.panels import panels
    from experiments.lab.plots.stacked import stacked

    fig, (left, right) = panels(2, narrow=narrow, height=4.4, narrow_height=3.4)
    counts = results.groupby(["class", "split"]).size().rename("images").reset_index()
    order = counts[counts["split"] == "test"].sort_values("images", ascending=False, kind="stable")["class"]
    rows = counts.assign(
        name=counts["class"].map(scene),
        place=counts["class"].map({name: place for place, name in enumerate(order)}),
        colour=counts["split"].map(COLOURS),
        label=counts["images"].astype(str),
    ).sort_values(["place", "split"], ascending=[True, False])
    letter = 0.03 * counts.groupby("class")["images"].sum().max()
    stacked(left, rows, "name", "images", "colour", "label", letter)
    left.set_xlabel("images")
    handles = [Patch(color=shade, label=words) for words, shade in (("training", "C3"), ("test", "C0"))]
    left.legend(handles=handles, loc="lower right")
    about = results[["width", "height"]].map(lambda side: 4 * round(side / 4))
    sizes = about.groupby(["width", "height"]).size()
    areas = 400 * sizes / sizes.max() + 6
    right.scatter(
        sizes.index.get_level_values(0), sizes.index.get_level_values(1), areas, color="C2", alpha=0.5, linewidth=0
    )
    exact = results.groupby(["width", "height"]).size()
    width, height = exact.idxmax()
    right.annotate(
        f"{width} × {height}:\n{exact.max():,} images", (width, height), (6, 24), textcoords="offset points", fontsize=9
    )
    right.set(xlabel="width in pixels", ylabel="height in pixels")
    right.margins(0.1)
    return fig


@summary(dataset_audit, leakage)
def dataset_audit_values(audit: pd.DataFrame, accuracy: pd.DataFrame) -> dict:
    """Counts, the groups of identical images by name, and accuracy with and without leakage.

    `balanced_in_training_only`: every class has as many training images as the others, but not as many test images.
    """
    groups = [rows for number, rows in audit.groupby("group") if number]
    across = [rows for rows in groups if rows["split"].nunique() > 1]
    conflicting = [rows for rows in groups if rows["class"].nunique() > 1]
    counts = audit.groupby(["class", "split"]).size().unstack()
    kept = ("accuracy", "low", "high", "correct", "train_images", "test_images", "change", "change_low", "change_high")
    return {
        "images": len(audit),
        "train_images": (audit["split"] == "train").sum(),
        "test_images": (audit["split"] == "test").sum(),
        "classes": sorted(audit["class"].unique()),
        "balanced": bool(counts["train"].nunique() == 1),
        "balanced_in_training_only": bool(counts["train"].nunique() == 1 and counts["test"].nunique() > 1),
        "smallest_test_class": {"class": scene(counts["test"].idxmin()), "images": counts["test"].min()},
        "largest_test_class": {"class": scene(counts["test"].idxmax()), "images": counts["test"].max()},
        "sizes": len(audit[["width", "height"]].drop_duplicates()),
        "identical_groups": len(groups),
        "identical_images": sum(map(len, groups)),
        "across_split": len(across),
        "within_train": sum(set(rows["split"]) == {"train"} for rows in groups),
        "within_test": sum(set(rows["split"]) == {"test"} for rows in groups),
        "conflicting": [list(rows["image"]) for rows in conflicting],
        "across": [list(rows["image"]) for rows in across],
        "network": accuracy["network"].iloc[0],
        "cut": accuracy["cut"].iloc[0],
        "leakage": {
            f"{trained_on}, {tested_on}".replace("without leaked", "clean").replace(", ", "_").replace(" ", "_"): {
                key: row[key] for key in kept
            }
            for row in accuracy.to_dict("records")
            for trained_on, tested_on in [(row["trained_on"], row["tested_on"])]
        },
    }


if __name__ == "__main__":
    tpdl.main(__file__)
