"""Classifying 25 ImageNet photographs: the effect of normalisation and of evaluation mode (question 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.lab.plots.titles import title
from experiments.transfer.photographs import photographs
from tpdl import Images, Sheet, Tile, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(
    matrix={"network": ["squeezenet1_1", "vgg16"]},
    optional={"network": ["vgg16"]},
    demo={"network": ["tiny_squeezenet", "tiny_vgg"]},
    data=["imagenet-25", "weights/{network}"],
    device="gpu",
)
def predictions(network: str, count: int = 5) -> pd.DataFrame:
    """The `count` most probable classes of each image, one row for each class, with the network used as intended.

    Then the most probable class alone, without ImageNet's normalisation: `normalised` is false there.
    """
    from experiments.lab.data import imagenet
    from experiments.lab.methods.classify import best, probabilities
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import build, image_size

    photographs = imagenet.load()
    model, found = build(network), {}
    for normalise, kept in ((True, count), (False, 1)):
        images = coloured(photographs.images, image_size(network), normalise=normalise)
        found[normalise] = best(probabilities(model, images), kept)
    return pd.DataFrame(
        {
            "network": network,
            "normalised": normalised,
            "image": image + 1,
            "true": photographs.classes[label],
            "rank": rank + 1,
            "class": photographs.classes[chosen[image, rank]],
            "probability": float(sure[image, rank]),
            "correct": bool(chosen[image, rank] == label),
        }
        for normalised, (chosen, sure) in found.items()
        for image, label in enumerate(photographs.labels)
        for rank in range(chosen.shape[1])
    )


@experiment(
    matrix={"network": ["squeezenet1_1", "vgg16"]},
    optional={"network": ["vgg16"]},
    demo={"network": ["tiny_squeezenet", "tiny_vgg"]},
    data=["imagenet-25", "weights/{network}"],
    device="gpu",
)
def prediction_settings(network: str, passes: int = 20) -> pd.DataFrame:
    """Accuracy with and without ImageNet's normalisation, in evaluation and in training mode: one row for each pass.

    In training mode dropout is active, so there are `passes` of them, with seeds 0, 1, …; evaluation mode has one.
    `agreement` is the fraction of images with the same most probable class as in the intended use.
    """
    from experiments.lab.data import imagenet
    from experiments.lab.methods.classify import best, probabilities
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import build, image_size

    photographs, model = imagenet.load(), build(network)
    labels, rows = photographs.labels, []
    intended = best(probabilities(model, coloured(photographs.images, image_size(network))), 1)[0][:, 0]
    for normalise in (True, False):
        images = coloured(photographs.images, image_size(network), normalise=normalise)
        for mode, seeds in (("evaluation", range(1)), ("training", range(passes))):
            for seed in seeds:
                sure = probabilities(model, images, dropout=mode == "training", seed=seed)
                chosen, _ = best(sure, 5)
                rows.append(
                    {"network": network, "normalised": normalise, "mode": mode, "seed": seed, "images": len(labels)}
                    | {"accuracy": (chosen[:, 0] == labels).mean()}
                    | {"top5": (chosen == labels[:, None]).any(1).mean()}
                    | {"true_probability": sure[range(len(labels)), labels].mean()}
                    | {"agreement": (chosen[:, 0] == intended).mean()}
                )
    return pd.DataFrame(rows)


@figure(
    predictions,
    photographs,
    format="sheet",
    caption="Many mistakes are near misses. Each photograph with its true class and the probability of the network's "
    "first guess; where that is another class, it stands after the arrow.",
    alt="25 photographs of animals, things and places in five rows. Below each is its class, and where the network is "
    "wrong the class that it names instead.",
)
def predictions_sheet(results: pd.DataFrame, images: Images) -> Sheet:
    """All images with true class, most probable class and probability, for the first network."""
    from experiments.lab.plots.pictures import slug

    rows = results[(results["network"] == results["network"].iloc[0]) & (results["rank"] == 1) & results["normalised"]]
    tiles = []
    for row in rows.to_dict("records"):
        guess = "" if row["correct"] else f" → *{row['class']}*"
        label = f"**{row['true']}**{guess} {row['probability']:.0%}"
        tiles.append(Tile(images[slug(row["true"])], label=label, alt=f"Photograph of the class {row['true']}"))
    return Sheet(tiles, columns=5)


@figure(
    prediction_settings,
    caption="Accuracy on the 25 images with and without normalization, in evaluation and in training mode. In "
    "training mode, where dropout is active, each small dot is a pass and the ring their mean; evaluation mode has "
    "one answer only.",
    alt="Four rows of dots for each network: evaluation and training mode with normalization, then both without. The "
    "single dots of evaluation mode lie among the spread-out dots of training mode; without normalization all are far "
    "lower.",
)
def prediction_settings_dots(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A dot for each pass, by setting; a panel for each network."""
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    networks = results["network"].unique()
    fig, axes = panels(len(networks), narrow=narrow, height=2.7, narrow_height=2.6, same_y=True)
    for axis, network in zip(axes, networks, strict=True):
        rows = results[results["network"] == network]
        found = {
            f"{'normalized' if normalised else 'not normalized'},\n{mode} mode": rows.loc[
                (rows["normalised"] == normalised) & (rows["mode"] == mode), "accuracy"
            ].tolist()
            for normalised in (True, False)
            for mode in ("evaluation", "training")
        }
        dots(axis, found, dict(zip(found, ("C0", "C0", "C3", "C3"), strict=True)))
        axis.set(title=title(network), xlim=(0, max(0.7, 1.05 * rows["accuracy"].max())), xlabel="accuracy")
        axis.xaxis.set_major_formatter("{x:.0%}")
    return fig


@summary(predictions, prediction_settings)
def predictions_values(results: pd.DataFrame, settings: pd.DataFrame) -> dict:
    """For each network: top-1 and top-5 accuracy, the errors with their confidence, and every setting.

    `without_normalisation` is the comparison of evaluation mode with and without the normalisation, image by image.
    `lost_in_training_mode` is how many images fewer are right in training mode, on average over its passes; below 0,
    there are more.
    """
    return {
        "networks": list(results["network"].unique()),
        "by_network": {network: _about(rows, settings) for network, rows in results.groupby("network", sort=False)},
    }


def _about(rows: pd.DataFrame, settings: pd.DataFrame) -> dict:
    raw, rows = rows[~rows["normalised"]], rows[rows["normalised"]]
    first = rows[rows["rank"] == 1]
    wrong = first[~first["correct"]].sort_values("probability")
    measured = settings[settings["network"] == rows["network"].iloc[0]]
    found: dict[str, dict[str, float]] = {}
    for (normalised, mode), passes in measured.groupby(["normalised", "mode"]):
        found[f"{'normalised' if normalised else 'raw'}_{mode}"] = {
            **{key: passes[key].mean() for key in ("accuracy", "top5", "true_probability", "agreement")},
            "passes": len(passes),
            "lowest": passes["accuracy"].min(),
            "highest": passes["accuracy"].max(),
            "deviation": passes["accuracy"].std(ddof=0),
        }
    return {
        "images": len(first),
        "right": first["correct"].sum(),
        "among_five": rows.groupby("image")["correct"].any().sum(),
        "accuracy": first["correct"].mean(),
        "sure_and_right": first.loc[first["correct"], "probability"].mean() if first["correct"].any() else None,
        "sure_and_wrong": wrong["probability"].mean() if len(wrong) else None,
        "wrong": [{key: row[key] for key in ("true", "class", "probability")} for _, row in wrong[::-1].iterrows()],
        "settings": found,
        "lost_in_training_mode": len(first)
        * (found["normalised_evaluation"]["accuracy"] - found["normalised_training"]["accuracy"]),
        "without_normalisation": _paired(first, raw[raw["rank"] == 1]),
    }


def _paired(used: pd.DataFrame, raw: pd.DataFrame) -> dict[str, float]:
    """How much accuracy the normalisation adds, from a row for each image with it and one without.

    `gain` has a 95 % bootstrap interval over images, and `p` is McNemar's. `only_with` and `only_without` count the
    images that are classified correctly in one case only.
    """
    from experiments.lab.methods.intervals import mcnemar, mean_interval

    first, second = (rows.sort_values("image")["correct"].to_numpy(bool) for rows in (used, raw))
    only_with, only_without, p = mcnemar(first, second)
    low, high = mean_interval(first.astype(float) - second)
    return {
        "right": second.sum(),
        "only_with": only_with,
        "only_without": only_without,
        "gain": first.mean() - second.mean(),
        "low": low,
        "high": high,
        "p": p,
    }


if __name__ == "__main__":
    tpdl.main(__file__)
