"""Where to cut the network: accuracy of a linear classifier after every ReLU (questions 8 and 11).

The lab's report could not include the first layers, whose features take 38 GB. Here all are included, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import colour, title
from experiments.transfer.cut_classifiers import cut_classifiers
from experiments.transfer.gram import EACH_NETWORK, gram
from tpdl import Arrays, experiment, figure, reading, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ORIGINAL_DATA = "15-scene"
ORIGINAL_ACCURACY = 0.91
"""Best cut in the original report, with VGG16 (ReLU14: 9.0 % error)."""
ORIGINAL_CUT = "relu14"
ORIGINAL_RELU15_ACCURACY = 0.888

LOWEST = 0.3
"""Where the axis of accuracy starts."""
STYLES = ("o-", "S--")
"""Of the two kinds of layers that a network may have."""
SINGLE = "first and last"


@experiment(
    **EACH_NETWORK,
    inputs={"gram": gram, "classifiers": cut_classifiers},
)
def layer_cut(network: str, gram: Arrays, classifiers: Arrays, seed: int = 0) -> pd.DataFrame:
    """One row for each cut: test accuracy with its 95 % bootstrap interval, size, and what the classifier takes.

    `index` counts the cuts of the network from its input, measured or not (see `experiments.transfer.gram.LATE`). What
    the network takes is in `experiments.transfer.cut_times`.

    `validation` is the cross-validated accuracy on the training images, by which the cut is chosen. `p_against_best` is
    McNemar's p-value for the comparison with the cut that has the best `validation`.
    """
    from experiments.lab.methods.intervals import bootstrap_interval, mcnemar

    train = int(gram["train"])
    truth = gram["label"][train:]
    right = {cut: classifiers[f"{cut}/predicted"] == truth for cut in gram["cut"]}
    best = gram["cut"][classifiers["validation_accuracy"].argmax()]
    rows = []
    for i, cut in enumerate(gram["cut"]):
        low, high = bootstrap_interval(right[cut], seed=seed)
        rows.append(
            {
                "network": network,
                "data": str(gram["data"]),
                "classes": len(gram["class"]),
                "index": int(gram["index"][i]),
                "cut": str(cut),
                "module": str(gram["module"][i]),
                "shape": str(gram["shape"][i]),
                "features": int(gram["features"][i]),
                "accuracy": right[cut].mean(),
                "low": low,
                "high": high,
                "error": 1 - right[cut].mean(),
                "validation": classifiers["validation_accuracy"][i],
                "train_accuracy": classifiers["train_accuracy"][i],
                "p_against_best": mcnemar(right[cut], right[best])[2],
                "rank": int(classifiers["rank"][i]),
                "test_images": len(truth),
                "train_images": train,
                "gram_seconds": round(gram["gram_seconds"][i], 2),
                "factor_seconds": round(classifiers["factor_seconds"][i], 2),
                "svm_seconds": round(classifiers["svm_seconds"][i], 2),
                "peak_bytes": int(max(gram["peak_bytes"][i], classifiers["peak_bytes"][i])),
                "raw_bytes": 8 * train * int(gram["features"][i]),
                "passes": int(gram["passes"][i]),
            }
        )
    return pd.DataFrame(rows)


@figure(
    layer_cut,
    caption="Test accuracy of a linear SVM after each ReLU, with 95% bootstrap intervals. Cuts after layers of one "
    "kind are connected. Ring: the cut that cross-validation on the training images chose. "
    "`layer_cut.dashed`{.value} Triangles lie below the axis.",
    alt="A panel for each network with the test accuracy over the depth of the cut. It rises steeply at first, then "
    "more slowly, towards the level of the best result of the original report; the chosen cut is near the right end.",
)
def layer_cut_curve(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """For each network of which all cuts were measured, accuracy over depth, a line for each kind of layer."""
    from experiments.lab.plots.curve import curve, mark_below
    from experiments.lab.plots.panels import panels

    results = whole(results)
    networks, comparable = results["network"].nunique(), _comparable(results)
    fig, axes = panels(networks, narrow=narrow, height=3.9, narrow_height=3.0, same_y=True)
    for axis, (network, rows) in zip(axes, results.groupby("network", sort=False), strict=True):
        shade = colour(str(network))
        beyond = rows[rows["accuracy"] < LOWEST]
        axis.set(
            title=title(str(network)), ylim=(LOWEST, 1), xlim=(-0.14 * len(rows) * any(beyond["index"]), len(rows) + 1)
        )
        if comparable:
            axis.axhline(ORIGINAL_ACCURACY, color=colour("vgg16"), linestyle="--", linewidth=1.2, zorder=1)
        for style, (kind, part) in kinds(rows):
            curve(axis, part, "index", "accuracy", "low", "high", shade, kind, style)
        _mark_chosen(axis, rows, shade)
        for _, row in rows.iterrows():
            reading(axis, row["index"], row["accuracy"], _words(row, len(rows)))
        for _, row in beyond.iterrows():
            mark_below(axis, row["index"], f"{row['accuracy']:.1%}", shade, right=False)
        _mark_chance(axis, 1 / rows["classes"].iloc[0], len(rows))
        axis.legend(loc="lower right", bbox_to_anchor=(1, 0.06))
        axis.yaxis.set_major_formatter("{x:.0%}")
        name_cuts(axis, rows)
    if comparable:
        axes[0].annotate(
            f"original report, VGG16: {ORIGINAL_ACCURACY:.0%}", (0, ORIGINAL_ACCURACY), (3, 3),
            xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8, color=colour("vgg16"),
        )  # fmt: skip
    for axis in axes if narrow else axes[:1]:
        axis.set_ylabel("test accuracy")
    return fig


@summary(layer_cut)
def layer_cut_values(results: pd.DataFrame) -> dict:
    """Every network's cuts, the best ones, and the comparison with the original report.

    `best` is chosen by cross-validation on the training images, `best_on_test` in hindsight. `curves` are the networks
    of which every cut was measured. `grows_with_depth`: in each of these the first cut is the worst, and accuracy and
    depth have a rank correlation above 0.8.
    `original.reproduced`: the interval of VGG16 at the cut that the original report found best holds its accuracy;
    missing as long as VGG16 is, and on other data than the original's, as is `gap_to_original`.
    """
    by_network = {network: _about(rows) for network, rows in results.groupby("network", sort=False)}
    curves = list(whole(results)["network"].unique())
    best = max((about["best"] for about in by_network.values()), key=lambda row: row["accuracy"])
    largest = results.loc[results["raw_bytes"].idxmax()]
    comparable = _comparable(results)
    again = by_network.get("vgg16", {}).get("cuts", {}).get(ORIGINAL_CUT) if comparable else None
    return {
        "networks": list(by_network),
        "curves": curves,
        "by_network": by_network,
        "best": best,
        "data": results["data"].iloc[0],
        "classes": results["classes"].iloc[0],
        "chance": 1 / results["classes"].iloc[0],
        "original": {
            "accuracy": ORIGINAL_ACCURACY,
            "error": 1 - ORIGINAL_ACCURACY,
            "relu15_accuracy": ORIGINAL_RELU15_ACCURACY,
            "reproduced": bool(again["low"] < ORIGINAL_ACCURACY < again["high"]) if again else None,
        },
        "least_depth_correlation": min(by_network[network]["depth_correlation"] for network in curves),
        "grows_with_depth": all(
            about["worst"]["cut"] == about["first"]["cut"] and about["depth_correlation"] > 0.8
            for about in (by_network[network] for network in curves)
        ),
        "gap_to_original": ORIGINAL_ACCURACY - best["accuracy"] if comparable else None,
        "dashed": "Dashed: best cut of the original report, on VGG16." if comparable else "",
        "test_images": results["test_images"].iloc[0],
        "train_images": results["train_images"].iloc[0],
        "images": results["test_images"].iloc[0] + results["train_images"].iloc[0],
        "peak_gigabytes": results["peak_bytes"].max() / 1e9,
        "largest_raw_gigabytes": results["raw_bytes"].max() / 1e9,
        "largest": {"network": title(largest["network"]), "cut": largest["cut"]},
    }


def _about(rows: pd.DataFrame) -> dict:
    """One network: its cuts, and what they say of depth and of the number of features.

    `rises_and_falls`: the interval of the chosen cut is above that of the first and above that of the last.
    `level_p` is the p below which the best of all comparisons with the chosen cut would be significant at the 5 %
    level (Bonferroni). `modules` counts those with a cut before ("squeeze") and after their large layer ("expand"),
    and `larger_better` those of them where the one with more features is the more accurate. `shrinks` is how many
    times fewer features the last of these cuts has than the first cut, and `maps_shrink` how many times smaller its
    maps are. `channels_make_up`: there are fewer features at the later cut, but not by as much as the maps shrink,
    because there are more channels; false if they do not shrink at all, or as fast as the maps.
    """
    before = rows["accuracy"].cummax().shift(fill_value=0.0)
    cuts = {row["cut"]: row for row in map(_row, rows.assign(best_before=before).to_dict("records"))}
    ordered = list(cuts.values())
    best = max(ordered, key=lambda row: row["validation"])
    depth = rows["index"].rank().corr(rows["accuracy"].rank())
    modules = [cut.removesuffix("-expand") for cut in cuts if cut.endswith("-expand")]
    last_fire = next((row for row in reversed(ordered) if row["cut"].endswith("-expand")), None)
    not_worse = [row["cut"] for row in ordered if row["p_against_best"] >= 0.05]
    shrinks = ordered[0]["features"] / last_fire["features"] if last_fire else None
    maps_shrink = _area(ordered[0]) / _area(last_fire) if last_fire else None
    return {
        "best": best,
        "best_on_test": max(ordered, key=lambda row: row["accuracy"]),
        "worst": min(ordered, key=lambda row: row["accuracy"]),
        "first": ordered[0],
        "last": ordered[-1],
        "last_fire": last_fire,
        "rises_and_falls": bool(ordered[0]["high"] < best["low"] and ordered[-1]["high"] < best["low"]),
        "level_p": 0.05 / max(1, len(ordered) - 1),
        "depth_correlation": depth,
        "modules": len(modules),
        "larger_better": sum(
            cuts[f"{module}-expand"]["accuracy"] > cuts[f"{module}-squeeze"]["accuracy"] for module in modules
        ),
        "shrinks": shrinks,
        "maps_shrink": maps_shrink,
        "channels_make_up": bool(1 < shrinks < maps_shrink) if shrinks and maps_shrink else None,
        "as_good_as_best": not_worse,
        "smallest_as_good_as_best": min((cuts[cut] for cut in not_worse), key=lambda row: row["features"]),
        "cuts": cuts,
        "count": len(ordered),
    }


def _comparable(results: pd.DataFrame) -> bool:
    """Whether the data are those of the original report."""
    return bool((results["data"] == ORIGINAL_DATA).all())


def _area(row: dict) -> int:
    """Places in a map, of a shape such as 64×111×111."""
    _, height, width = map(int, row["shape"].split("×"))
    return height * width


def _row(row: dict) -> dict:
    kept = [
        "network",
        "cut",
        "index",
        "module",
        "shape",
        "features",
        "accuracy",
        "best_before",
        "low",
        "high",
        "error",
        "validation",
        "train_accuracy",
        "p_against_best",
        "peak_bytes",
        "raw_bytes",
    ]
    return {key: row[key] for key in kept} | {"raw_gigabytes": row["raw_bytes"] / 1e9}


def whole(results: pd.DataFrame) -> pd.DataFrame:
    """The rows of the networks that were cut everywhere, not in their last stage only; all if there is no such one."""
    measured = results.groupby("network")["index"].transform("min") == 1
    return results[measured] if measured.any() else results


def kinds(rows: pd.DataFrame) -> list[tuple[str, tuple[str, pd.DataFrame]]]:
    """The cuts by the kind of the layer that they follow, each with its style; those that stand alone are last."""
    kinds = pd.Series(list(map(_kind, rows["cut"], rows["module"])), rows.index)
    parts = list(kinds[kinds != SINGLE].unique())
    found = [(style, (kind, rows[kinds == kind])) for style, kind in zip(STYLES, parts, strict=False)]
    alone = rows[kinds == SINGLE]
    return [*found, ("d", (SINGLE, alone))] if len(alone) else found


def _kind(cut: str, module: str) -> str:
    """As the authors of the networks call them."""
    if cut.endswith(("-squeeze", "-expand")):
        return cut.rpartition("-")[2]
    if module.startswith("_blocks."):
        # The first block of EfficientNet has no expansion.
        return "depthwise" if module.endswith("#2") or module == "_blocks.0._swish" else "expansion"
    if module.startswith("_swish") or cut.startswith("conv"):
        return SINGLE
    return "fully connected" if module.startswith("classifier") else "convolution"


def _mark_chance(axis: Axes, chance: float, x: float) -> None:
    """The accuracy of guessing: a dotted line, or with many classes a triangle, as it lies below the axis."""
    import matplotlib

    from experiments.lab.plots.curve import mark_below

    if chance < LOWEST:
        mark_below(axis, x, f"chance, {chance:.1%}", right=False)
        return
    ink = matplotlib.rcParams["text.color"]
    axis.axhline(chance, color=ink, linestyle=(0, (1, 1)), linewidth=1.2, zorder=1)
    axis.annotate(
        f"chance, {chance:.1%}", (x, chance), (0, 3), textcoords="offset points", ha="right", fontsize=8, color=ink
    )


def _mark_chosen(axis: Axes, rows: pd.DataFrame, colour: str) -> None:
    """A ring around the cut that cross-validation chose, and its name."""
    chosen = rows.loc[rows["validation"].idxmax()]
    axis.plot(chosen["index"], chosen["accuracy"], "o", color=colour, fillstyle="none", markersize=12)
    axis.annotate(
        f"chosen: {chosen['cut']},\n{chosen['accuracy']:.1%}", (chosen["index"], chosen["accuracy"]), (0.98, 0.62),
        textcoords="axes fraction", ha="right", va="top", fontsize=9,
        arrowprops={"arrowstyle": "-", "color": colour, "shrinkB": 7},
    )  # fmt: skip


def _words(row: pd.Series, cuts: int) -> str:
    """A cut in words, such as "SqueezeNet 1.1, cut 3 of 18, fire2-expand: 71.0 % (69.4 to 72.6 %)"."""
    place = f"{title(row['network'])}, cut {row['index']} of {cuts}, after {row['cut']}"
    accuracy = f"{row['accuracy']:.1%} of test images right (95% interval {row['low']:.1%} to {row['high']:.1%})"
    return f"{place}: {accuracy}; {row['shape']} = {row['features']:,d} features"


def name_cuts(axis: Axes, rows: pd.DataFrame, named: bool = True) -> None:
    """Blocks by their name, in the middle of their cuts; of many cuts without blocks, only some."""
    blocks = rows["cut"].str.rpartition("-")[0].where(rows["cut"].str.contains("-"), rows["cut"])
    places = rows["index"].groupby(blocks, sort=False).mean()[:: -(-blocks.nunique() // 11)]
    axis.set_xticks(places, list(places.index) if named else [""] * len(places), rotation=90)
    if named:
        axis.set_xlabel("cut after")


if __name__ == "__main__":
    tpdl.main(__file__)
