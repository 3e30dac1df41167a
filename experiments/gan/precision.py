"""Training with a quarter of the digits: does it show in the images, and what does it save?

bfloat16 keeps the exponent of float32 and 8 of its 24 binary digits. In mixed precision the convolutions are computed
with such numbers, while weights, losses and updates stay float32 (Micikevicius et al. 2018, with another 16-bit type).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import COLOURS, floor, iterations_axis, logarithmic
from experiments.gan.dcgan import dcgan, dcgan_training
from experiments.gan.training import measured_rows
from tpdl import Arrays, experiment, figure, note, summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure


@experiment(
    matrix={"seed": [0, 1, 2]},
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"seed": [0, 1], "iterations": 60, "ngf": 8, "ndf": 8, "rate": 1e-3},
    local=True,
    device="gpu",
)
def bfloat16_training(
    seed: int, classifier: Arrays, iterations: int = 3000, ngf: int = 32, ndf: int = 32, rate: float = 2e-4
) -> Arrays:
    """The lab's DCGAN in mixed precision, from the same weights, order and noise as in `dcgan_training`.

    3000 batches take six minutes for each seed on a core that multiplies bfloat16 numbers (AVX-512 BF16 or AMX), and
    longer than with float32 on others.
    """
    return dcgan_training(seed, classifier, iterations, ngf=ngf, ndf=ndf, rate=rate, precision="bfloat16")


@experiment(matrix={"seed": [0, 1, 2]}, demo={"seed": [0, 1]}, inputs={"training": bfloat16_training})
def bfloat16(seed: int, training: Arrays) -> pd.DataFrame:
    """Quality measures of the generated digits, one row for each measurement during training."""
    return pd.DataFrame(measured_rows(training, seed=seed))


@experiment(demo={"rounds": 2, "iterations": 1, "width": 8})
def iteration_times(rounds: int = 15, iterations: int = 5, width: int = 32, batch: int = 128) -> pd.DataFrame:
    """One row for each precision: milliseconds of an iteration, with random images, on one thread of the processor.

    The two take turns (see `experiments.lab.methods.turns`). `milliseconds` is the median of `rounds`, `fastest` and
    `slowest` are their range, all in time of the processor; `idleness` is its ratio to that of the clock. `native` says
    whether the processor multiplies bfloat16 numbers itself.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
    from experiments.lab.methods.turns import in_turns
    from experiments.lab.nets.dcgan import Discriminator, Generator

    images = np.random.default_rng(0).integers(0, 256, (2 * batch, 32, 32), dtype=np.uint8)

    def repeated(precision: str) -> Callable:
        pair = Generator(width=width), Discriminator(width)
        setting = Setting(batch=batch, precision=precision)  # type: ignore[arg-type]
        training = AdversarialTraining(*pair, images, np.zeros(len(images), np.int64), setting)

        def run(mark: Callable[[], None]) -> None:
            for _ in range(iterations):
                training.step()
            mark()

        return run

    took = in_turns({name: repeated(name) for name in ("float32", "bfloat16")}, rounds, warm_up=2)
    note(idleness=round(min(turns.idleness for turns in took.values()), 3))
    native = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return pd.DataFrame(
        {"precision": name, "milliseconds": np.median(each), "fastest": each.min(), "slowest": each.max()}
        | {"idleness": turns.idleness, "native": native, "batch": batch, "rounds": rounds}
        for name, turns in took.items()
        for each in [1000 * turns.processor[:, -1] / iterations]
    )


@figure(
    bfloat16,
    dcgan,
    real_measures,
    caption="Fréchet distance during training with float32 numbers and in mixed precision with bfloat16, from the same "
    "initial weights, batches and noise. Thick lines: means over seeds; thin lines: each seed; bands: lowest to "
    "highest seed; dashed: real digits against real digits.",
    alt="Two lines over the iterations on a logarithmic axis. They fall together, and their bands overlap.",
)
def bfloat16_frechet(results: pd.DataFrame, lab: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False) -> Figure:
    """A band for each precision."""
    from experiments.lab.plots.band import band
    from experiments.lab.plots.panels import legend_above, panels

    fig, (axis,) = panels(narrow=narrow, height=3.4, narrow_height=2.8)
    band(axis, lab, "iteration", "frechet", COLOURS["generated"], "float32")
    band(axis, results, "iteration", "frechet", COLOURS["discriminator"], "bfloat16", style="--")
    floor(axis, real["frechet"])
    iterations_axis(axis, lab)
    logarithmic(axis, "y")
    axis.set(ylabel="Fréchet distance")
    legend_above(fig, axis)
    return fig


@summary(bfloat16, dcgan, iteration_times)
def bfloat16_values(results: pd.DataFrame, lab: pd.DataFrame, times: pd.DataFrame) -> dict:
    """Both precisions at the end of training, their difference by seed with Student's 95 % interval, and times.

    "ratio" is the mean over seeds of the Fréchet distance with bfloat16 in units of that with float32, with the ends
    of its interval, computed from logarithms: the same seed begins with the same weights, so seeds are paired.
    """
    import numpy as np

    from experiments.gan.curves import over_seeds
    from experiments.lab.methods.seed_interval import seed_interval

    ends = {name: rows[rows["iteration"] == rows["iteration"].max()] for name, rows in
            (("float32", lab), ("bfloat16", results))}  # fmt: skip
    both = ends["float32"].merge(ends["bfloat16"], on="seed", suffixes=("_full", "_short"))
    ratio = np.exp(seed_interval(np.log(both["frechet_short"] / both["frechet_full"]).to_numpy()))
    by_precision = times.set_index("precision")
    return {
        **{name: over_seeds(end) for name, end in ends.items()},
        "seeds": len(both),
        "iterations": results["iteration"].max(),
        "same_length": results["iteration"].max() == lab["iteration"].max(),
        "ratio": dict(zip(("mean", "low", "high"), ratio.tolist(), strict=True)),
        "milliseconds": by_precision["milliseconds"].to_dict(),
        "times_as_fast": by_precision["milliseconds"]["float32"] / by_precision["milliseconds"]["bfloat16"],
        "slowest_short": by_precision["slowest"]["bfloat16"],
        "fastest_full": by_precision["fastest"]["float32"],
        "idleness": times["idleness"].min(),
        "native": bool(times["native"].all()),
        "rounds": times["rounds"].iloc[0],
    }


if __name__ == "__main__":
    tpdl.main(__file__)
