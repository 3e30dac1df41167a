"""One change at a time: noise, widths, initialisation, loss, learning rates, length of training (question 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import tpdl
from experiments.gan.classifier import classifier, real_measures
from experiments.gan.curves import (
    COLOURS,
    apart,
    collapsed,
    falls_to_the_end,
    is_varied,
    logarithmic,
    over_seeds,
    standings,
)
from experiments.gan.dcgan import dcgan
from experiments.gan.training import built, digit_measure, measured_rows, train_seeds
from experiments.lab.plots.picture_grid import picture_grid
from tpdl import Arrays, experiment, figure, summary

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

VARIANTS: dict[str, dict[str, Any]] = {
    "nz-10": {"nz": 10},
    "nz-1000": {"nz": 1000},
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

WORDS = {
    "lab": "the lab's DCGAN",
    "longer": "the lab's DCGAN, four times as long",
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
    inputs={"classifier": classifier},
    data=["mnist"],
    demo={"variant": ["nz-10", "saturating-loss"], "seed": [0], "iterations": 50, "width": 8, "rate": 1e-3},
    local=True,
    device="gpu",
    together=["seed"],
)
def variant_training(
    variant: str, seed: list[int], classifier: Arrays, iterations: int = 750, width: int = 32, rate: float = 2e-4
) -> list[Arrays]:
    """A quarter of `dcgan_training` with one change; see `experiments.gan.training.train` for the results.

    750 batches take four minutes on one core, twice that with a wider generator, three times with a wider
    discriminator. On a GPU the seeds of a variant are one stack.
    """
    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.adversarial_training import Setting, noise
    from experiments.lab.nets.dcgan import Discriminator, Generator

    changed, digits = VARIANTS[variant], mnist.load()
    nz, normal = changed.get("nz", 100), changed.get("normal", True)
    ngf, ndf = (int(width * changed.get(name, 1)) for name in ("ngf", "ndf"))
    measure, samples = digit_measure(classifier)
    return train_seeds(
        [
            (
                built(lambda: Generator(nz, ngf), 2 * one, normal),
                built(lambda: Discriminator(ndf), 2 * one + 1, normal),
            )
            for one in seed
        ],
        (padded(digits.train), digits.train_labels),
        Setting(
            generator_rate=rate * changed.get("generator", 1),
            discriminator_rate=rate * changed.get("discriminator", 1),
            loss=changed.get("loss", "non-saturating"),
        ),
        seed,
        iterations,
        [measure] * len(seed),
        samples,
        noise(32, nz, [3]),
    )


@experiment(
    matrix={"variant": [*VARIANTS], "seed": [0, 1, 2]},
    inputs={"training": variant_training},
    demo={"variant": ["nz-10", "saturating-loss"], "seed": [0]},
)
def variant_measures(variant: str, seed: int, training: Arrays) -> pd.DataFrame:
    """Quality measures of each variant, one row for each measurement.

    D(x) and D(G(z)) are averaged over the second half of training.
    """
    late = training["history"][len(training["history"]) // 2 :].mean(0)
    outputs = {"d_real": float(late[2]), "d_fake": float(late[3]), "loss_g": float(late[1])}
    return pd.DataFrame(measured_rows(training, variant=variant, seed=seed)).assign(**outputs)


@experiment(inputs={"measures": variant_measures, "lab": dcgan, "real": real_measures})
def dcgan_variants(measures: pd.DataFrame, lab: pd.DataFrame, real: pd.DataFrame) -> pd.DataFrame:
    """One row for each variant, sorted by Fréchet distance: means over seeds with Student's 95 % intervals.

    The lab's own DCGAN is not trained again: "lab" is the training runs of the step `dcgan` after as many iterations,
    and "longer" is their end. `seconds_per_100` is that of the fastest seed, because other work ran beside some.
    `collapsed` counts seeds (see `experiments.gan.curves.collapsed`).
    """
    iterations = measures["iteration"].max()
    ends = {str(name): rows for name, rows in measures[measures["iteration"] == iterations].groupby("variant")}
    ends["lab"] = lab[lab["iteration"] == iterations]
    ends["longer"] = lab[lab["iteration"] == lab["iteration"].max()]
    base = ends["lab"]["frechet"].mean()
    rows = []
    for variant, end in ends.items():
        found = over_seeds(end)
        rows.append(
            {
                "variant": variant,
                "what": WORDS[variant],
                "iterations": end["iteration"].iloc[0],
                "seeds": found["seeds"],
                "frechet": found["frechet"],
                "low_frechet": found["low_frechet"],
                "high_frechet": found["high_frechet"],
                "lowest_frechet": found["lowest_frechet"],
                "highest_frechet": found["highest_frechet"],
                "times_lab": found["frechet"] / base,
                "collapsed": collapsed(end, real),
                "effective_classes": found["effective_classes"],
                "confidence": found["confidence"],
                "diversity": found["diversity"],
                "seconds_per_100": round(100 * end["seconds"].min() / end["iteration"].iloc[0], 1),
            }
        )
    return pd.DataFrame(rows).sort_values("frechet", ignore_index=True)


@experiment(inputs={"training": variant_training}, local=True)
def variant_sheets(training: dict, seed: int = 0, columns: int = 20) -> Arrays:
    """Images of each variant at the end of one seed's training.

    Returns:
        "variant" [variants]; uint8 "image" [variants, columns, 32, 32].
    """
    import numpy as np

    chosen = {label.split(",")[0].split("=")[1]: a for label, a in training.items() if label.endswith(f"seed={seed}")}
    return {
        "variant": np.array(list(chosen)),
        "image": np.stack([arrays["sheet"][-1][:columns] for arrays in chosen.values()]),
    }


@figure(
    dcgan_variants,
    variant_measures,
    dcgan,
    real_measures,
    caption="[Both learning rates × 5 are ahead of every other setting, in every "
    'seed]{claim="dcgan_variants.higher_rates_lead"}, after `dcgan_variants.batches`{.value} batches. Each seed a '
    "dot, their mean a ring, and Student's 95% interval over seeds a bar, cut at the left edge. Blue: the lab's own "
    "settings, also after `dcgan.iterations:,d`{.value} batches. Real digits lie beyond the edge.",
    alt="A list of variants sorted by their Fréchet distance on a logarithmic axis, each with a dot for each seed, a "
    "ring at their mean and an interval. The lab's settings are in the middle. The distance of real digits lies far "
    "beyond the left end of the axis.",
)
def dcgan_variants_dots(
    results: pd.DataFrame, measures: pd.DataFrame, lab: pd.DataFrame, real: pd.DataFrame, *, narrow: bool = False
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
        own = row.variant in ("lab", "longer")
        rows = lab if own else measures[measures["variant"] == row.variant]
        what = str(row.what).replace(" × ", "\N{NO-BREAK SPACE}× ").replace(" ÷ ", "\N{NO-BREAK SPACE}÷ ")
        label = fill(what, 20) if narrow else what
        values[label] = rows[rows["iteration"] == row.iterations]["frechet"].tolist()
        colours[label] = COLOURS["generated"] if own else rcParams["ytick.color"]

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
    caption="With the minimax loss the generator still draws noise. Images of each variant at the end "
    "of the first seed's training. Those of the lab's own settings after as many batches are in row 750 of the sheet "
    "of progress above.",
    alt="One row of twenty generated digits for each variant.",
)
def variant_pictures(images: Arrays) -> Figure:
    """A row of images for each variant."""
    return picture_grid(images["image"], rows=[WORDS[str(name)] for name in images["variant"]], left=2.2)


@summary(dcgan_variants, variant_measures, dcgan, real_measures)
def dcgan_variants_values(results: pd.DataFrame, measures: pd.DataFrame, lab: pd.DataFrame, real: pd.DataFrame) -> dict:
    """Every variant by its name, with underscores, and the discriminator's outputs.

    "standing" counts the seeds of a variant (see `experiments.gan.curves.standing`), and "runs" those of all variants;
    "not_started" and "no_variety" name the variants of which every seed is in that state, and "no_variety_falls" says
    whether in each of the latter every seed still gets closer to real digits. "best_is_apart" says whether every seed
    of the best variant is closer to real digits than any seed of any other; "noise_is_ordered" whether every seed with
    10 numbers of noise is closer than every one of the lab's, and those closer than every one with 1000.
    "discriminator_ahead" compares the two settings in which the discriminator is wider for its generator than the lab's
    with the two in which it is narrower: the highest D(G(z)) of a seed among the first, the lowest among the second,
    and whether every seed of the first is farther from real digits than any of the second.

    "higher_rates_lead" says that the best variant is that with both learning rates × 5, and that it is apart; false,
    that another one is best, or that some seed of another one comes as near. "thousand_takes_longer" compares the
    fastest seeds with 1000 and with the lab's 100 numbers of noise. "lab_was_slow" says that the lab's own runs are all
    varied by then, and that some was not at an earlier measurement: what is without variety can still get it.
    """
    names = ("d_real", "d_fake", "loss_g")
    outputs = measures.drop_duplicates(["variant", "seed"]).groupby("variant")[list(names)]
    late = outputs.mean().join(outputs.max().add_prefix("highest_")).join(outputs.min().add_prefix("lowest_"))
    until = measures["iteration"].max()
    runs = {str(name): rows for name, rows in measures.groupby("variant")} | {"lab": lab[lab["iteration"] <= until]}
    states = {name: standings(rows, real) for name, rows in runs.items()}
    by_name = {
        str(row["variant"]).replace("-", "_"): {
            **row,
            **(late.loc[row["variant"]].to_dict() if row["variant"] in late.index else {}),
            **({"standing": states[row["variant"]]} if row["variant"] in states else {}),
        }
        for row in results.to_dict("records")
    }
    trained = results[~results["variant"].isin(["longer"])]
    ends = {name: rows[rows["iteration"] == until] for name, rows in runs.items()}
    best = str(trained["variant"].iloc[0])
    slow = [name for name, found in states.items() if found["no_variety"] == sum(found.values())]
    idle = [name for name, found in states.items() if found["not_started"] == sum(found.values())]
    return {
        "by_name": by_name,
        "count": len(results),
        "best": by_name[trained["variant"].iloc[0].replace("-", "_")],
        "worst": by_name[trained["variant"].iloc[-1].replace("-", "_")],
        "batches": trained["iterations"].iloc[0],
        "seeds": results["seeds"].min(),
        "runs": {state: sum(found[state] for found in states.values()) for state in states["lab"]},
        "not_started": [WORDS[name] for name in idle],
        "no_variety": [WORDS[name] for name in slow],
        "no_variety_falls": all(falls_to_the_end(runs[name]) for name in slow),
        "lab_was_slow": _was_slow(runs["lab"], real),
        "higher_rates_lead": best == "rates-times-5"
        and all(apart(ends[best], ends[name]) for name in ends if name != best),
        "thousand_takes_longer": by_name.get("nz_1000", {}).get("seconds_per_100", 0)
        > by_name["lab"]["seconds_per_100"],
        "best_is_apart": all(apart(ends[best], rows) for name, rows in ends.items() if name != best),
        "noise_is_ordered": all(
            apart(ends[low], ends[high])
            for low, high in (("nz-10", "lab"), ("lab", "nz-1000"))
            if low in ends and high in ends
        ),
        "discriminator_ahead": _discriminator_ahead(ends),
        "better_than_lab": trained[trained["high_frechet"] < by_name["lab"]["low_frechet"]]["what"].tolist(),
        "worse_than_lab": trained[trained["low_frechet"] > by_name["lab"]["high_frechet"]]["what"].tolist(),
    }


def _was_slow(lab: pd.DataFrame, real: pd.DataFrame) -> bool:
    """See `dcgan_variants_values`."""
    varied = is_varied(lab, real).groupby(lab["iteration"]).all()
    return bool(varied.iloc[-1] and not varied.iloc[1:].all())  # nothing is varied before training


def _discriminator_ahead(ends: dict[str, pd.DataFrame]) -> dict | None:
    """See `dcgan_variants_values`; None where one of the four settings has not been trained."""
    wider, narrower = ("ndf-double", "ngf-half"), ("ndf-half", "ngf-double")
    if not {*wider, *narrower} <= {*ends}:
        return None
    ahead, behind = (pd.concat([ends[name] for name in some]) for some in (wider, narrower))
    return {
        "highest_d_fake": ahead["d_fake"].max(),
        "lowest_d_fake": behind["d_fake"].min(),
        "d_fake_is_lower": ahead["d_fake"].max() < behind["d_fake"].min(),
        "is_farther": apart(behind, ahead),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
