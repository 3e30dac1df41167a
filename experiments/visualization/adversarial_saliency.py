"""Is the perturbation of an adversarial image where the original's saliency is (question 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.visualization.adversarial import adversarial_images
from experiments.visualization.maps import saliency_maps
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    inputs={"made": adversarial_images, "maps": saliency_maps},
    data=["imagenet-25"],
    demo={"network": "tiny_squeezenet"},
)
def adversarial_saliency(made: Arrays, maps: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """Rank correlation over pixels of the perturbation's magnitude with a saliency map.

    One row for each adversarial image and each image whose map it is. `own` is whether the map is that of the same
    image, for its true class; the maps of the other images show the correlation of unrelated maps. Both are averaged
    over squares of 4 × 4 pixels first, so that the grid of the pooling layers, which all maps share, has little effect.
    """
    import numpy as np
    from scipy.stats import rankdata

    from experiments.lab.data import imagenet

    photographs = imagenet.load()
    reached = np.flatnonzero(made["reached"] & (made["steps"] > 0))
    change = coarse(np.abs(made["change"][reached]).max(1))
    ranks = []
    for values in (change, coarse(maps["gradient"])):
        flat = rankdata(values.reshape(len(values), -1), axis=1)
        flat -= flat.mean(1, keepdims=True)
        ranks.append(flat / np.linalg.norm(flat, axis=1, keepdims=True))
    correlation = ranks[0] @ ranks[1].T
    pair, other = (grid.ravel() for grid in np.meshgrid(reached, range(len(maps["gradient"])), indexing="ij"))
    image = made["image"][pair]
    return pd.DataFrame(
        {
            "network": network,
            "image": image + 1,
            "target": [photographs.classes[k] for k in made["target"][pair]],
            "map_of": other + 1,
            "own": image == other,
            "correlation": correlation.ravel(),
        }
    )


def coarse(maps, factor: int = 4):  # type: ignore[no-untyped-def]
    """Means over squares of `factor` × `factor` pixels.

    Args:
        maps: [images, side, side].
        factor: side of the squares, a divisor of `side`.

    Returns:
        [images, side / factor, side / factor].
    """
    count, side, _ = maps.shape
    return maps.reshape(count, side // factor, factor, side // factor, factor).mean((2, 4))


def permutation_test(results: pd.DataFrame, draws: int = 10_000, seed: int = 0) -> tuple[float, list[float], float]:
    """Permutation test of the mean correlation with the image's own map.

    Maps are assigned to images at random. All pairs of one image get the same map, as they are not independent
    observations.

    Returns:
        the mean, the mean for each permutation, and the p-value: the fraction of permutations (the observed one
        included) with at least as large a mean.
    """
    import numpy as np

    table = results.pivot_table(index="image", columns="map_of", values="correlation").to_numpy()
    weight = results[results["own"]].groupby("image").size().to_numpy()
    columns = np.sort(results["image"].unique()) - 1
    rng = np.random.default_rng(seed)
    observed = float((table[range(len(table)), columns] * weight).sum() / weight.sum())
    null = []
    for _ in range(draws):
        permuted = rng.permutation(table.shape[1])[: len(table)]
        null.append(float((table[range(len(table)), permuted] * weight).sum() / weight.sum()))
    return observed, null, float((1 + sum(value >= observed for value in null)) / (draws + 1))


@figure(
    adversarial_saliency,
    caption="[In every image the change follows its own saliency more than that of other "
    'images.]{claim="adversarial_saliency.follows_saliency"} First panel: rank correlation of the size of the change '
    "with the saliency of the same image, a dot for each image (mean over targets), and with that of the other images "
    "(bars: the middle 95%). Second: the mean over all pairs (line) and its distribution when maps are assigned to "
    "images at random.",
    alt="In the first panel, 25 dots, most above the bars that belong to them. In the second, a curve that is narrow "
    "and far left of a vertical line.",
)
def adversarial_saliency_null(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Correlations by image, and the permutation distribution."""
    import numpy as np

    from experiments.lab.plots.distribution import densities
    from experiments.lab.plots.panels import panels

    fig, (images, whole) = panels(2, narrow=narrow, height=3.4, narrow_height=2.7, ratios=(3, 2))
    own = results[results["own"]].groupby("image")["correlation"].mean()
    others = results[~results["own"]].groupby("image")["correlation"]
    order = own.sort_values().index
    places = np.arange(len(order))
    low, high = (others.quantile(q)[order] for q in (0.025, 0.975))
    images.vlines(places, low, high, color="C1", linewidth=4, alpha=0.4, label="other images' saliency")
    images.plot(places, own[order], "o", color="C0", label="the same image's saliency")
    images.set(xlabel="images, sorted", ylabel="rank correlation", xticks=[])
    images.legend(loc="upper left", fontsize=8)
    images.set_ylim(top=images.get_ylim()[1] + 0.25)
    found, null, _ = permutation_test(results)
    densities(whole, {"at random": null}, {"at random": "C1"})
    whole.axvline(found, color="C0", label="true maps")
    whole.set(xlabel="mean rank correlation", xlim=(min(0, *null), 1.08 * max(found, *null)))
    whole.legend(fontsize=8, loc="upper right", bbox_to_anchor=(0.9, 1))
    return fig


@summary(adversarial_saliency)
def adversarial_saliency_values(results: pd.DataFrame) -> dict:
    """The mean correlation, its null distribution and p-value, and how many images exceed unrelated maps.

    `least_image` and `most_image` are the numbers of the images (from 1) with the lowest and the highest correlation.
    `beyond_null` is whether the interval of the mean is above 97.5% of the null distribution. `own_in_every_image` is
    whether each image's correlation with its own map is above the mean of those with the others', and
    `follows_saliency` whether all of this holds, with p < 0.0002.
    """
    import numpy as np

    from experiments.lab.methods.intervals import mean_interval

    found, null, p = permutation_test(results)
    own = results[results["own"]].groupby("image")["correlation"].mean()
    other = results[~results["own"]].groupby("image")["correlation"]
    interval, null_high = mean_interval(own.to_numpy()), np.quantile(null, 0.975)
    everywhere = bool((own > other.mean()).all())
    return {
        "network": results["network"].iloc[0],
        "pairs": results["own"].sum(),
        "images": len(own),
        "mean": found,
        "interval": interval,
        "null_mean": np.mean(null),
        "null_high": null_high,
        "p": p,
        "explained": (own**2).mean(),
        "above_others": (own > other.mean()).sum(),
        "above_band": (own > other.quantile(0.975)).sum(),
        "least": own.min(),
        "most": own.max(),
        "beyond_null": bool(interval[0] > null_high),
        "own_in_every_image": everywhere,
        "follows_saliency": bool(everywhere and interval[0] > null_high and p < 0.0002),
        "least_image": own.idxmin(),
        "most_image": own.idxmax(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
