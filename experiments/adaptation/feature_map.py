"""Both domains in feature space before and after adaptation: t-SNE and PCA maps, and distances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.adaptation.dann import NAMES, dann_training
from experiments.adaptation.runs import several
from tpdl import experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

METHODS = ("source-only", "dann")
"""Before and after adaptation."""
DRAWN = 0
"""The seed whose networks the picture shows."""
DIGITS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#8C6D31", "#7F7F7F", "#B5A300", "#6A3D9A")
"""A colour for each digit, legible on white and on black; the digit is also written at the centre of its source points.
"""


@experiment(inputs={"runs": dann_training}, demo={"points": 100})
def feature_map(runs: Mapping[str, Any], points: int = 500, seed: int = 0, perplexity: float = 30.0) -> pd.DataFrame:
    """One row for each method, map and image: its two coordinates.

    Both domains of a method are embedded together; the images are the same for all methods, the first test images.
    "PCA" is the first two principal components, "t-SNE" (van der Maaten and Hinton 2008) starts from the first 50.

    Args:
        points: images of each domain.
        seed: of the training run that is shown, and of t-SNE.
        perplexity: of t-SNE.
    """
    import numpy as np
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    from experiments.lab.data import mnist, mnist_m

    digits = np.concatenate([domain.load().test_labels[:points] for domain in (mnist, mnist_m)])
    parts = []
    for run in several(runs):
        if str(run["method"]) not in METHODS or int(run["seed"]) != seed:
            continue
        features = np.concatenate([run["features/source"][:points], run["features/target"][:points]])
        components = PCA(50, random_state=seed).fit_transform(features)
        maps = {
            "PCA": components[:, :2],
            "t-SNE": TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(components),
        }
        for name, places in maps.items():
            part = {"method": str(run["method"]), "map": name, "domain": np.repeat(["source", "target"], points)}
            part |= {"digit": digits, "x": places[:, 0].round(3), "y": places[:, 1].round(3)}
            parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


@experiment(inputs={"runs": dann_training})
def feature_gap(runs: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each training run: the distance of its two domains in feature space, by three measures.

    `separability` is the accuracy of a new linear probe, `a_distance` follows from it, and `mmd` is computed from 1000
    test images of each domain (see `experiments.lab.methods.domain_gap`).
    """
    from experiments.lab.methods.domain_gap import a_distance, mmd, probe_accuracy

    rows = []
    for run in several(runs):
        source, target = run["features/source"], run["features/target"]
        separability = probe_accuracy(source, target)
        rows.append(
            {"method": str(run["method"]), "name": NAMES[str(run["method"])], "seed": int(run["seed"])}
            | {"separability": separability, "a_distance": a_distance(separability)}
            | {"mmd": mmd(source[:1000], target[:1000]), "target_accuracy": float(run["correct/target"].mean())}
        )
    return pd.DataFrame(rows)


@figure(
    feature_map,
    feature_gap,
    format="png",
    caption="[Adaptation brings the two domains closer, and does not make them "
    'one.]{claim="feature_gap.closer_but_apart"} Features of the same test images before adaptation '
    "(left) and after it (right), with seed 0. By rows: t-SNE coloured by domain; t-SNE coloured by "
    "digit, numbers at the middle of the MNIST images; principal components by domain. Below each name: "
    "accuracy of the domain probe and squared MMD in all 768 dimensions.",
    alt="Three rows of two scatter plots, before and after adaptation: t-SNE coloured by domain, t-SNE coloured by "
    "digit, and principal components coloured by domain.",
)
def feature_map_points(places: pd.DataFrame, gaps: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A column for each method: t-SNE coloured by domain and by digit, PCA by domain."""
    from experiments.lab.plots.panels import panels

    methods = [method for method in METHODS if method in set(places["method"])]
    across = len(methods)
    fig, axes = panels(3 * across, narrow=narrow, across=across, narrow_across=across, height=10.2, narrow_height=1.75)
    for at, method in enumerate(methods):
        gap = gaps[(gaps["method"] == method) & (gaps["seed"] == DRAWN)].iloc[0]
        maps = {name: rows for name, rows in places[places["method"] == method].groupby("map")}
        above, middle, below = axes[at::across]
        above.set_title(f"{NAMES[method]}\nprobe {gap['separability']:.0%}, MMD² {gap['mmd']:.3f}", fontsize=9)
        size = 3 if narrow else 7
        _by_domain(above, maps["t-SNE"], size)
        _by_digit(middle, maps["t-SNE"], size)
        _by_domain(below, maps["PCA"], size)
    for axis, label in zip(axes[::across], ("t-SNE, by domain", "t-SNE, by digit", "PCA, by domain"), strict=True):
        axis.set_ylabel(label, fontsize=9)
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        axis.grid(False)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, markerscale=3)
    return fig


def _by_domain(axis: Axes, rows: pd.DataFrame, size: int) -> None:
    for domain, colour, marker, label in (
        ("source", "C0", "o", "MNIST (source)"),
        ("target", "C1", "^", "MNIST-M (target)"),
    ):
        part = rows[rows["domain"] == domain]
        axis.scatter(part["x"], part["y"], s=size, color=colour, marker=marker, linewidths=0, label=label)


def _by_digit(axis: Axes, rows: pd.DataFrame, size: int) -> None:
    import matplotlib

    paper, ink = matplotlib.rcParams["axes.facecolor"], matplotlib.rcParams["text.color"]
    for digit, part in rows.groupby("digit"):
        axis.scatter(part["x"], part["y"], s=size, color=DIGITS[int(str(digit))], linewidths=0)
        x, y = part.loc[part["domain"] == "source", ["x", "y"]].median()
        box = {"boxstyle": "circle,pad=0.15", "facecolor": paper, "edgecolor": "none", "alpha": 0.8}
        style = {"ha": "center", "va": "center", "fontsize": 10 if size > 5 else 8, "fontweight": "bold", "color": ink}
        axis.text(x, y, str(digit), bbox=box, **style)


@summary(feature_gap)
def feature_gap_values(results: pd.DataFrame) -> dict:
    """Every measure by method: its mean over seeds, its lowest and highest seed, and the seed that is drawn.

    `closer_but_apart` is whether, in every seed, DANN leaves less than a fifth of the MMD that this seed has without
    it, and a probe that is still right for more than three quarters of the images.
    """
    by: dict[str, Any] = {}
    for method, rows in results.groupby("method", sort=False):
        means = {column: rows[column].mean() for column in ("separability", "a_distance", "mmd")}
        extremes = {"least": rows["separability"].min(), "most": rows["separability"].max()}
        extremes |= {"least_mmd": rows["mmd"].min(), "most_mmd": rows["mmd"].max()}
        drawn = rows[rows["seed"] == DRAWN]
        by[str(method).replace("-", "_")] = (
            means
            | extremes
            | {
                "seeds": len(rows),
                "drawn": {column: drawn[column].mean() for column in ("separability", "a_distance", "mmd")},
            }
        )
    gaps = results.pivot(index="seed", columns="method", values="mmd")
    kept = (gaps["dann"] / gaps["source-only"]).max()
    return by | {"mmd_kept": kept, "closer_but_apart": bool(kept < 0.2 and by["dann"]["least"] > 0.75)}


if __name__ == "__main__":
    tpdl.main(__file__)
