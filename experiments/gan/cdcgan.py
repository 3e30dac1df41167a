"""The conditional DCGAN: digits of a requested class (question 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import COLOURS, falls_to_the_end, floor, iterations_axis, logarithmic, over_seeds
from experiments.gan.dcgan import dcgan_losses
from experiments.gan.training import built, digit_measure, history_rows, measured_rows, train
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

    from experiments.lab.nets.cdcgan import ConditionalGenerator


@experiment(
    matrix={"seed": [0, 1, 2]},
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"seed": [0], "iterations": 60, "width": 16, "rate": 1e-3},
    local=True,
    device="gpu",
)
def cdcgan_training(
    seed: int, classifier: Arrays, iterations: int = 3000, width: int = 128, rate: float = 2e-4
) -> Arrays:
    """Train the conditional networks at the lab's sizes; see `experiments.gan.training.train` for the result.

    3000 batches take three hours on one core (3 to 4 seconds each), with a checkpoint every minute, and a minute or two
    on a GPU.
    """
    return train_conditional(classifier, iterations, width, rate, seed)


@experiment(
    matrix={"sees_class": [True, False], "seed": [0, 1, 2]},
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"seed": [0], "iterations": 60, "width": 8, "rate": 1e-3},
    local=True,
    device="gpu",
)
def narrow_training(
    sees_class: bool, seed: int, classifier: Arrays, iterations: int = 3000, width: int = 32, rate: float = 2e-4
) -> Arrays:
    """Train the conditional networks at a quarter of the lab's width, the size of the lab's DCGAN.

    See `experiments.gan.training.train` for the result. About 15 minutes for each cell on one core.

    Args:
        sees_class: whether the discriminator gets the class.
    """
    return train_conditional(classifier, iterations, width, rate, seed, sees_class)


def train_conditional(
    classifier: Arrays, iterations: int, width: int, rate: float, seed: int, sees_class: bool = True
) -> dict[str, np.ndarray]:
    """Train on the digits with their classes; the discriminator is half as wide as the generator, as in the lab.

    The sheet has ten classes by eight noise vectors.
    """
    import torch

    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting, noise
    from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator

    digits = mnist.load()
    training = AdversarialTraining(
        built(lambda: ConditionalGenerator(width=width), 2 * seed),
        built(lambda: ConditionalDiscriminator(width // 2, sees_class=sees_class), 2 * seed + 1),
        padded(digits.train),
        digits.train_labels,
        Setting(generator_rate=rate, discriminator_rate=rate),
        seed,
    )
    samples = int(classifier["reference"].sum())
    wanted = torch.arange(samples) % 10
    measure, _ = digit_measure(classifier, wanted.numpy())
    classes = torch.arange(10).repeat_interleave(8)
    return train(training, iterations, measure, samples, noise(8, 100, [3]).repeat(10, 1), classes, wanted)


def conditional_generator(training: Arrays) -> ConditionalGenerator:
    """The trained conditional generator, in evaluation mode; its width is inferred from its weights."""
    from experiments.gan.quality import weights
    from experiments.lab.device import best_device
    from experiments.lab.nets.cdcgan import ConditionalGenerator

    state = weights(training, "generator/")
    nz, doubled = state["noise.0.weight"].shape[:2]
    model = ConditionalGenerator(nz, doubled // 2)
    model.load_state_dict(state)
    return model.eval().to(best_device())


@experiment(matrix={"seed": [0, 1, 2]}, demo={"seed": [0]}, inputs={"training": cdcgan_training})
def cdcgan(seed: int, training: Arrays) -> pd.DataFrame:
    """Quality measures of the lab-sized conditional network, one row for each measurement during training."""
    return pd.DataFrame(measured_rows(training, seed=seed))


@experiment(matrix={"seed": [0, 1, 2]}, demo={"seed": [0]}, inputs={"training": cdcgan_training})
def cdcgan_losses(seed: int, training: Arrays) -> pd.DataFrame:
    """Its losses, D(x, y) and D(G(z, y), y), averaged over 20 iterations each."""
    return pd.DataFrame(history_rows(training, seed=seed))


@experiment(
    matrix={"seed": [0, 1, 2]},
    inputs={"training": cdcgan_training, "classifier": classifier},
    demo={"seed": [0], "each": 20},
    device="gpu",
)
def cdcgan_agreement(seed: int, training: Arrays, classifier: Arrays, each: int = 500) -> pd.DataFrame:
    """How `each` generated digits of every class are classified: a row for each requested and predicted class."""
    import numpy as np
    import torch

    from experiments.gan.quality import as_seen, trained_classifier
    from experiments.lab.methods.adversarial_training import generate, noise

    wanted = torch.arange(10).repeat_interleave(each)
    generator = conditional_generator(training)
    images = generate(generator, noise(len(wanted), generator.nz, [seed, 8]), wanted)
    seen = as_seen(trained_classifier(classifier), images)["predicted"]
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (wanted.numpy(), seen), 1)
    asked, found = np.indices((10, 10))
    return pd.DataFrame({"asked": asked.ravel(), "seen": found.ravel(), "digits": counts.ravel()})


@experiment(inputs={"training": cdcgan_training}, local=True)
def cdcgan_sheet(training: Arrays, seed: int = 0) -> Arrays:
    """Images of one seed, from the same noise for every class, at three points of training.

    Returns:
        "moment" [3], iterations; uint8 "image" [10 classes, 3 × 8, 32, 32].
    """
    import numpy as np

    moments = training["moment"]
    chosen = [len(moments) // 3, 2 * len(moments) // 3, len(moments) - 1]
    sheets = training["sheet"][chosen].reshape(3, 10, 8, 32, 32)
    return {"moment": moments[chosen], "image": np.concatenate(sheets, axis=1)}


@figure(
    cdcgan,
    real_measures,
    caption="[Variety comes before reliable classes: nine in ten digits are as asked for only when diversity has come "
    'near that of real ones.]{claim="cdcgan.variety_first"} The conditional network at the lab\'s sizes. Thick line: '
    "mean over seeds; thin lines: each seed; band: lowest to highest seed; dashed: real digits (for the agreement, "
    "the classifier's accuracy on them).",
    alt="Three panels over the iterations: the Fréchet distance falls; the agreement with the requested class rises, "
    "falls back for a while, and reaches the dashed line of real digits; the diversity within a class stays low for "
    "long and then rises nearly to its line.",
)
def cdcgan_measures(results: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """Fréchet distance, agreement and diversity over iterations."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    names = {
        "frechet": "Fréchet distance",
        "agreement": "agreement with the class",
        "diversity": "diversity in a class",
    }
    fig, axes = panels(3, narrow=narrow, height=3.2, narrow_height=2.1)
    for axis, (name, title) in zip(axes, names.items(), strict=True):
        band(axis, results, "iteration", name, COLOURS["conditional"], "generated")
        floor(axis, real[name])
        iterations_axis(axis, results, few=not narrow)
        axis.set(title=title, ylabel="")
        if not narrow:
            axis.set_xlabel("iteration (square root)")
        elif axis is not axes[-1]:
            axis.set_xlabel("")
    logarithmic(axes[0], "y")
    for axis in axes[1:]:
        axis.yaxis.set_major_formatter("{x:.0%}")
    fig.set_layout_engine("constrained", h_pad=0.09)
    legend_above(fig, axes[0])
    return fig


@figure(
    cdcgan_sheet,
    format="png",
    caption="First one blurred shape for each class, and in the end varied digits of the class asked for. One row for "
    "each class, the same eight noise vectors in every row, at three points of the first seed's training.",
    alt="Three blocks of ten rows and eight columns of images, at an early and a middle iteration and at the end; in "
    "the first one blurred shape fills each row, in the others the digits 0 to 9, varying from column to column.",
)
def cdcgan_pictures(images: Arrays) -> Figure:
    """Three blocks of images side by side."""
    import numpy as np

    blocks = np.split(images["image"], 3, axis=1)
    gap = np.full((10, 1, 32, 32), -1)
    whole = np.concatenate([blocks[0], gap, blocks[1], gap, blocks[2]], 1)
    heads = {9 * i + 3.5: f"{moment:,d} iterations" for i, moment in enumerate(images["moment"])}
    return picture_grid(whole, rows=[str(digit) for digit in range(10)], heads=heads, left=0.3)


@figure(
    cdcgan_agreement,
    caption="[Whatever digit is asked for, the classifier sees it in at least `cdcgan.worst_share:.1%`{.value} of the "
    'images.]{claim="cdcgan.worst_share > 0.95"} How it labels generated digits (columns), by requested class (rows), '
    "in percent of the row over all seeds; empty where there is not a single one. It is wrong in `1 - "
    "real_measures.agreement:.1%`{.value} of real digits.",
    alt="A ten by ten table, dark on the diagonal, where all numbers are close to one hundred percent. Elsewhere most "
    "cells are empty or hold a fraction of a percent; the largest are nines where a four was asked for, and sixes "
    "where a five was.",
)
def cdcgan_agreement_table(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """The confusion matrix of requested and predicted classes."""
    from matplotlib.figure import Figure

    from experiments.lab.plots.annotated_matrix import annotated_matrix
    from experiments.lab.plots.panels import NARROW, WIDE

    counts = results.groupby(["asked", "seen"])["digits"].sum().unstack()
    shares = 100 * counts.div(counts.sum(axis=1), axis=0)
    fig = Figure(figsize=(NARROW, 3.6) if narrow else (WIDE, 4.4))
    axis = fig.subplots()
    annotated_matrix(axis, shares, numbers=".1f", colour=COLOURS["conditional"])
    for text, count in zip(axis.texts, counts.to_numpy().ravel(), strict=True):
        text.set_fontsize(7.5 if narrow else 9)
        text.set_visible(bool(count))
    axis.set(xlabel="class that the classifier sees", ylabel="class asked for")
    axis.grid(False)
    return fig


@summary(cdcgan, cdcgan_agreement, cdcgan_losses, dcgan_losses)
def cdcgan_values(results: pd.DataFrame, agreement: pd.DataFrame, losses: pd.DataFrame, without: pd.DataFrame) -> dict:
    """The end of training, agreement over the digits of all seeds and by class, and the most frequent confusion.

    "early" is the first point of `cdcgan_sheet`, with the diversity of its seeds. "nine_of_ten" is the iteration at
    which agreement first reaches 90 %, "relapse" the lowest agreement after that, and "then_diversity" the diversity at
    that point: each the lowest and the highest over seeds. They are None if a seed never gets there, or only at its
    end. With "variety_first" every seed has at least 0.8 of the diversity of real digits at that point.

    "closer_to_equilibrium" says that over the second half the outputs of the discriminator for real and for generated
    digits lie on either side of 1/2, and both nearer to it than those of the DCGAN without a condition; false, that the
    discriminator leads by as much, or does not lead.
    """
    import numpy as np

    counts = agreement.groupby(["asked", "seen"])["digits"].sum().unstack().to_numpy()
    by_seed = agreement.assign(right=agreement["digits"] * (agreement["asked"] == agreement["seen"])).groupby("seed")
    shares = by_seed["right"].sum() / by_seed["digits"].sum()
    wrong = counts - np.diag(counts.diagonal())
    asked, seen = np.unravel_index(wrong.argmax(), wrong.shape)
    by_class = counts.diagonal() / counts.sum(1)
    moments = sorted(set(results["iteration"]))
    early = results[results["iteration"] == moments[len(moments) // 3]]
    late, late_without = (
        rows[rows["iteration"] > rows["iteration"].max() / 2][["d_real", "d_fake"]].mean() for rows in (losses, without)
    )
    relapses = _relapses(results)
    return {
        "iterations": results["iteration"].max(),
        "seeds": results["seed"].nunique(),
        "end": over_seeds(results[results["iteration"] == results["iteration"].max()]),
        "agreement": counts.trace() / counts.sum(),
        "lowest": shares.min(),
        "highest": shares.max(),
        "digits": counts.sum(),
        "by_class": by_class.tolist(),
        "worst": by_class.argmin(),
        "worst_share": by_class.min(),
        "mistake": {"asked": asked, "seen": seen, "digits": wrong.max()},
        "setback": _setback(results),
        "early": {
            "iteration": early["iteration"].iloc[0],
            "diversity": early["diversity"].mean(),
            "highest_diversity": early["diversity"].max(),
        },
        "falls_to_the_end": falls_to_the_end(results),
        **relapses,
        "variety_first": relapses["then_diversity"] is not None and relapses["then_diversity"]["lowest"] >= 0.8,
        "minutes": results["seconds"].max() / 60,
        **late.to_dict(),
        "closer_to_equilibrium": late_without["d_fake"]
        < late["d_fake"]
        < 0.5
        < late["d_real"]
        < late_without["d_real"],
    }


def _setback(results: pd.DataFrame) -> dict:
    """The deepest fall of the mean agreement over seeds, from one measurement to a later one."""
    mean = results.groupby("iteration")["agreement"].mean()
    low = (mean.cummax() - mean).idxmax()
    high = mean.loc[:low].idxmax()
    return {"high": mean[high], "after": high, "low": mean[low], "then": low}


def _relapses(results: pd.DataFrame) -> dict:
    """See `cdcgan_values`."""
    found = []
    for _, rows in results.sort_values("iteration").groupby("seed"):
        good = rows[rows["agreement"] >= 0.9]
        later = rows[rows["iteration"] > good["iteration"].min()]
        if good.empty or later.empty:
            return dict.fromkeys(("nine_of_ten", "then_diversity", "relapse"))
        first, lowest = good.iloc[0], later.loc[later["agreement"].idxmin()]
        found.append((first["iteration"], first["diversity"], lowest["agreement"]))
    moments, diversities, agreements = zip(*found, strict=True)
    return {
        "nine_of_ten": {"first": int(min(moments)), "last": int(max(moments))},
        "then_diversity": {"lowest": min(diversities), "highest": max(diversities)},
        "relapse": {"lowest": min(agreements), "highest": max(agreements)},
    }


if __name__ == "__main__":
    tpdl.main(__file__)
