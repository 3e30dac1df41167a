"""How far every cut of a network is from the chosen one, on the same test images (question 8)."""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.transfer.cut_classifiers import cut_classifiers
from experiments.transfer.gram import gram
from tpdl import Arrays, experiment, progress, summary


@experiment(inputs={"gram": gram, "classifiers": cut_classifiers}, demo={"network": "tiny_squeezenet"})
def cut_differences(
    gram: Arrays, classifiers: Arrays, network: str = "squeezenet1_1", bootstrap_seed: int = 0
) -> pd.DataFrame:
    """One row for each cut: `gain`, its test accuracy less that of the cut with the best cross-validation.

    `low` and `high` are a paired 95 % bootstrap interval of it over test images; `all_low` and `all_high` are one at
    the level that the Bonferroni correction for all these comparisons asks for.
    """
    from experiments.lab.methods.intervals import mean_interval

    truth = gram["label"][int(gram["train"]) :]
    right = {str(cut): (classifiers[f"{cut}/predicted"] == truth).astype(float) for cut in gram["cut"]}
    chosen = str(gram["cut"][classifiers["validation_accuracy"].argmax()])
    level = 1 - 0.05 / max(1, len(right) - 1)
    rows = []
    for cut, correct in progress(right.items(), "cuts"):
        gains = correct - right[chosen]
        low, high = mean_interval(gains, seed=bootstrap_seed)
        # Its ends are in the tails, which take more samples.
        all_low, all_high = mean_interval(gains, level, 10_000, bootstrap_seed)
        rows.append(
            {"network": network, "cut": cut, "chosen": cut == chosen, "gain": gains.mean(), "low": low, "high": high}
            | {"all_low": all_low, "all_high": all_high, "test_images": len(truth)}
        )
    return pd.DataFrame(rows)


@summary(cut_differences)
def cut_differences_values(results: pd.DataFrame) -> dict:
    """Every cut by name, and those that are neither better nor worse than the chosen one.

    `not_apart` are the cuts of which the interval for all comparisons holds 0, without the chosen one, and `widest` is
    the largest difference, in either direction, that the intervals of these do not exclude.
    """
    rows = results.set_index("cut")
    not_apart = rows[~rows["chosen"] & (rows["all_low"] <= 0) & (rows["all_high"] >= 0)]
    return {
        "by_cut": rows[["gain", "low", "high", "all_low", "all_high"]].to_dict("index"),
        "not_apart": list(not_apart.index),
        "widest": not_apart[["all_low", "all_high"]].abs().max().max() if len(not_apart) else 0.0,
    }


if __name__ == "__main__":
    tpdl.main(__file__)
