"""Training with a third of the digits: does it show in the images, and what does it save?

bfloat16 keeps the exponent of float32 and 8 of its 24 binary digits. In mixed precision the convolutions are computed
with such numbers, while weights, losses and updates stay float32 (Micikevicius et al. 2018, with another 16-bit type).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import iterations_axis, logarithmic
from experiments.gan.dcgan import dcgan_training
from experiments.gan.iterations import iterations_in_turns
from experiments.gan.training import measured_rows
from tpdl import Arrays, Cells, experiment, figure, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


PRECISIONS = ("float32", "bfloat16")


@experiment(data=["mnist"], demo={"epochs": 5}, local=True, device="gpu")
def precision_classifier(epochs: int = 3) -> Arrays:
    """A second classifier, for this comparison and for questions that are compared with themselves alone.

    It has half the epochs of `experiments.gan.classifier.classifier`. That one's weights are not kept with the report
    and do not come out bit for bit on another kind of processor, so training runs that are added later need a yardstick
    that is as new as they are. Fréchet distances by the two classifiers have different units.
    """
    return classifier(epochs)


@experiment(inputs={"classifier": precision_classifier}, demo={"splits": 5})
def precision_real_measures(classifier: Arrays, splits: int = 20) -> pd.DataFrame:
    """The quality measures of real digits by the second classifier; see `experiments.gan.classifier.real_measures`."""
    return real_measures(classifier, splits)


@experiment(
    matrix={"precision": [*PRECISIONS], "seed": [0, 1, 2]},
    inputs={"classifier": precision_classifier},
    data=["mnist"],
    demo={"seed": [0, 1], "iterations": 60, "ngf": 8, "ndf": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def precision_training(
    precision: str,
    seed: list[int],
    classifier: Arrays,
    iterations: int = 1500,
    ngf: int = 32,
    ndf: int = 32,
    rate: float = 2e-4,
) -> list[Arrays]:
    """Half of `dcgan_training` in both precisions, from the same initial weights, with the same batches and noise.

    1500 batches take four minutes on one core, and three with bfloat16 on one that multiplies such numbers itself
    (AVX-512 BF16 or AMX); on others bfloat16 is the slower one.
    """
    return dcgan_training(seed, classifier, iterations, ngf=ngf, ndf=ndf, rate=rate, precision=precision)


@experiment(inputs={"training": precision_training})
def precision(training: Cells[Arrays]) -> pd.DataFrame:
    """Quality measures of the generated digits, one row for each measurement of each run."""
    return pd.DataFrame([row for cell, run in training.each() for row in measured_rows(run, **cell)])


@experiment(demo={"rounds": 2, "iterations": 1, "width": 8})
def iteration_times(rounds: int = 15, iterations: int = 5, width: int = 32) -> pd.DataFrame:
    """Milliseconds of an iteration in each precision; see `iterations_in_turns` for the columns.

    `native` says whether the processor multiplies bfloat16 numbers itself.
    """
    import torch

    from experiments.lab.methods.adversarial_training import Setting
    from experiments.lab.nets.dcgan import Discriminator, Generator

    trained = {
        name: (Generator(width=width), Discriminator(width), Setting(precision=name))  # type: ignore[arg-type]
        for name in PRECISIONS
    }
    native = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return iterations_in_turns("precision", trained, rounds, iterations).assign(native=native)


@figure(
    precision,
    caption='[Training ends no differently with rounded numbers, as far as so few seeds can tell.]{claim="'
    'precision.ratio.low < 1 < precision.ratio.high"} Fréchet distance during training with float32 numbers and in '
    "mixed precision with bfloat16. Thick lines: means over seeds; thin lines: each seed; bands: lowest to highest "
    "seed.",
    alt="Two lines over the iterations on a logarithmic axis. They fall together, and their bands overlap.",
)
def precision_curves(results: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A band for each precision."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, (axis,) = panels(narrow=narrow, height=3.4, narrow_height=2.8)
    for name, colour, style in zip(PRECISIONS, ("C0", "C1"), ("-", "--"), strict=True):
        band(axis, results[results["precision"] == name], "iteration", "frechet", colour, name, style=style)
    iterations_axis(axis, results)
    logarithmic(axis, "y")
    axis.set(ylabel="Fréchet distance")
    legend_above(fig, axis)
    return fig


@summary(precision, iteration_times)
def precision_values(results: pd.DataFrame, times: pd.DataFrame) -> dict:
    """Both precisions at the end of training, their ratio by seed with Student's 95 % interval, and times.

    "ratio" is the geometric mean over seeds of the Fréchet distance with bfloat16 in units of that with float32; its
    interval is computed from logarithms. Seeds are paired, because the same seed begins with the same weights.
    """
    from experiments.gan.curves import over_seeds, ratio_over_seeds

    end = results[results["iteration"] == results["iteration"].max()]
    frechet = end.pivot(index="seed", columns="precision", values="frechet")
    took = times.set_index("precision")
    return {
        **{name: over_seeds(end[end["precision"] == name]) for name in PRECISIONS},
        "seeds": len(frechet),
        "iterations": results["iteration"].max(),
        "ratio": ratio_over_seeds(frechet["bfloat16"], frechet["float32"]),
        "milliseconds": took["milliseconds"].to_dict(),
        "times_as_fast": took["milliseconds"]["float32"] / took["milliseconds"]["bfloat16"],
        "slowest_short": took["slowest"]["bfloat16"],
        "fastest_full": took["fastest"]["float32"],
        "idleness": times["idleness"].min(),
        "native": bool(times["native"].all()),
        "rounds": times["rounds"].iloc[0],
    }


if __name__ == "__main__":
    tpdl.main(__file__)
