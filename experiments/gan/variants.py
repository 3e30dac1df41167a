"""One change at a time: noise, widths, initialisation, loss, learning rates, length of training (question 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.gan.curves import (
    COLOURS,
    apart,
    logarithmic,
    over_seeds,
    standings,
)
from experiments.gan.noise_length import noise_training
from experiments.gan.precision import precision_classifier, precision_real_measures
from experiments.gan.training import built, digit_measure, measured_runs, train_seeds
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, Cells, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

NZ = 100
"""Length of the lab's noise vectors."""

VARIANTS: dict[str, dict[str, Any]] = {
    "ngf-half": {"ngf": 0.5},
    "ngf-double": {"ngf": 2},
    "ndf-half": {"ndf": 0.5},
    "ndf-double": {"ndf": 2},
    "torch-initialisation": {"normal": False},
    "saturating-loss": {"loss": "minimax"},
    "rates-times-5": {"generator": 5, "discriminator": 5},
    "rates-over-5": {"generator": 0.2, "discriminator": 0.2},
    "rate-d-times-5": {"discriminator": 5},
}
"""How each variant differs from the lab's DCGAN; widths and learning rates are factors."""

OF_NOISE = {10: "nz-10", 100: "lab", 1000: "nz-1000"}
"""The names here of what `experiments.gan.noise_length` trains, by the length of the noise."""

WORDS = {
    "lab": "the lab's DCGAN",
    "nz-10": "noise of 10 numbers",
    "nz-1000": "noise of 1000 numbers",
    "ngf-half": "generator half as wide",
    "ngf-double": "generator twice as wide",
    "ndf-half": "discriminator half as wide",
    "ndf-double": "discriminator twice as wide",
    "torch-initialisation": "torch's own initialisation",
    "saturating-loss": "saturating (minimax) loss",
    "rates-times-5": "both learning rates × 5",
    "rates-over-5": "both learning rates ÷ 5",
    "rate-d-times-5": "discriminator's learning rate × 5",
}


@experiment(
    matrix={"variant": [*VARIANTS], "seed": [0, 1, 2]},
    inputs={"classifier": precision_classifier},
    data=["mnist"],
    demo={"variant": ["ngf-half", "saturating-loss"], "seed": [0], "iterations": 50, "width": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def variant_training(
    variant: str,
    seed: list[int],
    classifier: Arrays,
    iterations: int = 3000,
    width: int = 32,
    rate: float = 2e-4,
    precision: str = "bfloat16",
) -> list[Arrays]:
    """The lab's training with one change; see `experiments.gan.training.train` for the results.

    3000 batches take five minutes on one core that multiplies bfloat16 numbers itself, and twice that or more with a
    wider network. On a GPU the seeds of a variant are one stack.
    """
    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import Setting, noise
    from experiments.lab.nets.dcgan import Discriminator, Generator

    changed, digits = VARIANTS[variant], mnist.load()
    normal = changed.get("normal", True)
    ngf, ndf = (int(width * changed.get(name, 1)) for name in ("ngf", "ndf"))
    measure, samples = digit_measure(classifier)
    return train_seeds(
        [
            (built(lambda: Generator(NZ, ngf), 2 * one, normal), built(lambda: Discriminator(ndf), 2 * one + 1, normal))
            for one in seed
        ],
        (padded(digits.train), digits.train_labels),
        Setting(
            generator_rate=rate * changed.get("generator", 1),
            discriminator_rate=rate * changed.get("discriminator", 1),
            loss=changed.get("loss", "non-saturating"),
            precision=precision,  # type: ignore[arg-type]
        ),
        seed,
        iterations,
        [measure] * len(seed),
        samples,
        noise(32, NZ, [3]),
    )


@experiment(inputs={"training": variant_training, "noise": noise_training})
def variant_measures(training: Cells[Arrays], noise: Cells[Arrays]) -> pd.DataFrame:
    """Quality measures of each variant, and of the lab's own settings, one row for each measurement.

    D(x), D(G(z)) and the generator's loss are averaged over the second half of training.
    """
    of_noise = measured_runs(noise)
    of_noise.insert(0, "variant", of_noise.pop("nz").map(OF_NOISE))
    return pd.concat([of_noise, measured_runs(training)], ignore_index=True)


@experiment(inputs={"measures": variant_measures, "real": precision_real_measures})
def dcgan_variants(measures: pd.DataFrame, real: pd.DataFrame) -> pd.DataFrame:
    """One row for each variant, sorted by Fréchet distance: means over seeds with Student's 95 % intervals.

    "early_frechet" is the mean at the first measurement after a quarter of the training, "early_iterations". The last
    columns count the seeds in each state (see `experiments.gan.curves.standing`).
    """
    end = measures[measures["iteration"] == measures["iteration"].max()]
    early = measures[measures["iteration"] == quarter(measures)]
    base = end[end["variant"] == "lab"]["frechet"].mean()
    rows = []
    for variant, seeds in end.groupby("variant"):
        found = over_seeds(seeds)
        rows.append(
            {
                "variant": variant,
                "what": WORDS[str(variant)],
                "iterations": seeds["iteration"].iloc[0],
                "seeds": found["seeds"],
                "frechet": found["frechet"],
                "low_frechet": found["low_frechet"],
                "high_frechet": found["high_frechet"],
                "lowest_frechet": found["lowest_frechet"],
                "highest_frechet": found["highest_frechet"],
                "times_lab": found["frechet"] / base,
                "early_iterations": quarter(measures),
                "early_frechet": early[early["variant"] == variant]["frechet"].mean(),
                "effective_classes": found["effective_classes"],
                "confidence": found["confidence"],
                "diversity": found["diversity"],
                **standings(measures[measures["variant"] == variant], real),
            }
        )
    return pd.DataFrame(rows).sort_values("frechet", ignore_index=True)


def quarter(measures: pd.DataFrame) -> int:
    """The iteration of the first measurement after a quarter of the training."""
    iterations = measures["iteration"]
    return int(iterations[iterations >= iterations.max() / 4].min())


@experiment(inputs={"training": variant_training, "noise": noise_training}, local=True)
def variant_sheets(training: Cells[Arrays], noise: Cells[Arrays], seed: int = 0, columns: int = 20) -> Arrays:
    """Images of each variant, the lab's own settings first, at the end of one seed's training.

    Returns:
        "variant" [variants]; uint8 "image" [variants, columns, 32, 32].
    """
    import numpy as np

    runs = {OF_NOISE[cell["nz"]]: run for cell, run in noise.each() if cell["seed"] == seed}
    runs |= {cell["variant"]: run for cell, run in training.each() if cell["seed"] == seed}
    order = sorted(runs, key=list(WORDS).index)
    return {"variant": np.array(order), "image": np.stack([runs[name]["sheet"][-1][:columns] for name in order])}


@figure(
    dcgan_variants,
    variant_measures,
    precision_real_measures,
    caption="[Both learning rates × 5 are ahead of every other setting, in every "
    'seed]{claim="dcgan_variants.higher_rates_lead"}, after `dcgan_variants.batches:,d`{.value} batches. Each seed a '
    "dot, their mean a ring, and Student's 95% interval over seeds a bar. Blue: the lab's own "
    "settings. Real digits lie beyond the edge.",
    alt="A list of variants sorted by their Fréchet distance on a logarithmic axis, each with a dot for each seed, a "
    "ring at their mean and an interval. The distance of real digits lies far beyond the left end of the axis.",
)
def dcgan_variants_dots(
    results: pd.DataFrame, measures: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False
) -> Figure:
    """Every seed of every variant, sorted by their means; the lab's own DCGAN in another colour."""
    from textwrap import fill

    from matplotlib import rcParams

    from experiments.lab.methods.seed_interval import seed_interval
    from experiments.lab.plots.beyond import beyond
    from experiments.lab.plots.dots import dots
    from experiments.lab.plots.panels import panels

    values, colours = {}, {}
    for row in results.itertuples():
        rows = measures[measures["variant"] == row.variant]
        what = str(row.what).replace(" × ", "\N{NO-BREAK SPACE}× ").replace(" ÷ ", "\N{NO-BREAK SPACE}÷ ")
        label = fill(what, 20) if narrow else what
        values[label] = rows[rows["iteration"] == row.iterations]["frechet"].tolist()
        colours[label] = COLOURS["generated"] if row.variant == "lab" else rcParams["ytick.color"]

    left = 0.6 * min(min(seeds) for seeds in values.values())

    def interval(seeds: np.ndarray) -> tuple[float, float]:
        _, low, high = seed_interval(seeds)
        return max(low, left), high

    fig, (axis,) = panels(narrow=narrow, height=0.32 * len(results) + 0.9, narrow_height=0.42 * len(results) + 0.9)
    logarithmic(axis, "x")
    dots(axis, values, colours, interval)
    axis.set(xlabel="Fréchet distance", xlim=(left, None))
    beyond(axis, f"real against real: {real['frechet'].mean():.1f}", COLOURS["real"], "left")
    return fig


@figure(
    variant_sheets,
    format="png",
    caption="[With the minimax loss the generator still draws "
    'noise.]{claim="dcgan_variants.by_name.saturating_loss.varied == 0"} Images of the lab\'s own settings and of each '
    "variant at the end of the first seed's training.",
    alt="One row of twenty generated digits for each variant.",
)
def variant_pictures(images: Arrays) -> Figure:
    """A row of images for each variant."""
    return picture_grid(images["image"], rows=[WORDS[str(name)] for name in images["variant"]], left=2.2)


@summary(dcgan_variants, variant_measures, precision_real_measures)
def dcgan_variants_values(results: pd.DataFrame, measures: pd.DataFrame, real: pd.DataFrame) -> dict:
    """Every variant by its name, with underscores, and the discriminator's outputs.

    "runs" counts the seeds of all variants in each state (see `experiments.gan.curves.standing`), and "early" does the
    same for what they were after a quarter of the training, at iteration "quarter". "not_started", "slow" and "stuck"
    name the variants of which some seed is in that state. "started" counts the runs that have, and "improving" those of
    which the last measurement is the best.

    "best_is_apart" says whether every seed of the best variant is closer to real digits than any seed of any other, and
    "higher_rates_lead" that this is the one with both learning rates × 5. "wider" compares, for the generator and for
    the discriminator, twice the width with half of it: "ahead" if every seed of the wider one is closer to real digits
    than any of the narrower one at the end, "behind_early" if every seed was farther at the quarter. "loss_misleads":
    the generator's loss is higher against the wide discriminator in every seed, although its digits are better.
    """
    outputs = measures.drop_duplicates(["variant", "seed"]).groupby("variant")[["d_real", "d_fake", "loss_g"]]
    late = outputs.mean().join(outputs.max().add_prefix("highest_")).join(outputs.min().add_prefix("lowest_"))
    until = measures["iteration"].max()
    moment = quarter(measures)
    runs = {str(name): rows for name, rows in measures.groupby("variant")}
    early = {name: standings(rows[rows["iteration"] <= moment], real) for name, rows in runs.items()}
    states = {str(row["variant"]): {state: row[state] for state in early["lab"]} for row in results.to_dict("records")}
    by_name = {
        str(row["variant"]).replace("-", "_"): {**row, **late.loc[row["variant"]].to_dict()}
        for row in results.to_dict("records")
    }
    ended = [run.sort_values("iteration") for _, run in measures.groupby(["variant", "seed"])]
    ends = {name: rows[rows["iteration"] == until] for name, rows in runs.items()}
    wider = _wider({name: rows[rows["iteration"] == moment] for name, rows in runs.items()}, ends)
    best = str(results["variant"].iloc[0])
    best_is_apart = all(apart(ends[best], rows) for name, rows in ends.items() if name != best)
    some = {state: [WORDS[name] for name, found in states.items() if found[state]] for state in early["lab"]}
    return {
        "by_name": by_name,
        "count": len(results),
        "best": by_name[best.replace("-", "_")],
        "worst": by_name[str(results["variant"].iloc[-1]).replace("-", "_")],
        "batches": until,
        "seeds": results["seeds"].min(),
        "most_seeds": results["seeds"].max(),
        "runs": {state: sum(found[state] for found in states.values()) for state in early["lab"]},
        "quarter": moment,
        "early": {state: sum(found[state] for found in early.values()) for state in early["lab"]},
        "not_started": some["not_started"],
        "slow": some["slow"],
        "stuck": some["stuck"],
        "started": len(ended) - sum(found["not_started"] for found in states.values()),
        "improving": sum(run["frechet"].iloc[-1] < run["frechet"].iloc[:-1].min() for run in ended),
        "best_is_apart": best_is_apart,
        "higher_rates_lead": best == "rates-times-5" and best_is_apart,
        "wider": wider,
        "loss_misleads": bool(wider)
        and wider["discriminator"]["ahead"]
        and by_name["ndf_double"]["lowest_loss_g"] > by_name["ndf_half"]["highest_loss_g"],
        "better_than_lab": results[results["high_frechet"] < by_name["lab"]["low_frechet"]]["what"].tolist(),
        "worse_than_lab": results[results["low_frechet"] > by_name["lab"]["high_frechet"]]["what"].tolist(),
    }


def _wider(early: dict[str, pd.DataFrame], ends: dict[str, pd.DataFrame]) -> dict[str, dict[str, bool]]:
    """See `dcgan_variants_values`; empty where one of the four widths has not been trained."""
    names = {"generator": ("ngf-double", "ngf-half"), "discriminator": ("ndf-double", "ndf-half")}
    if not {name for pair in names.values() for name in pair} <= {*ends}:
        return {}
    return {
        network: {"ahead": apart(ends[wide], ends[narrow]), "behind_early": apart(early[narrow], early[wide])}
        for network, (wide, narrow) in names.items()
    }


if __name__ == "__main__":
    tpdl.main(__file__)
