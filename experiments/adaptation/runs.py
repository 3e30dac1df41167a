"""Training runs on MNIST and MNIST-M, shared by all experiments of this chapter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tpdl import Arrays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

KEPT = 2000
"""Test images of each domain whose features are kept."""


def run(
    *,
    seed: int,
    epochs: int,
    trained_on: str = "source",
    adapts: bool = False,
    weight: float | None = None,
    sign: int = 1,
    recoloured: bool = False,
) -> Arrays:
    """Train, and test on both domains after every epoch.

        run(seed=0, epochs=5)  # source only
        run(seed=0, epochs=5, adapts=True)  # DANN

    Args:
        seed: of the initial weights and of the order of the images.
        epochs: passes over the labelled images.
        trained_on: "source" or "target": whose labels are used.
        adapts: train with target images and a domain branch.
        weight: a constant λ; None for the paper's schedule.
        sign: 1 reverses the gradient, −1 passes it on unreversed.
        recoloured: give source images random colours.

    Returns:
        "history/NAME", arrays over epochs; "correct/source" and "correct/target", whether each test image is classified
        correctly at the end; "features/source" and "features/target", float32 [2000, 768], of the first test images;
        "weights/NAME".
    """
    (found,) = run_alike(
        seeds=[seed],
        epochs=epochs,
        trained_on=trained_on,
        adapts=adapts,
        weights=[weight],
        sign=sign,
        recoloured=recoloured,
    )
    return found


def run_alike(
    *,
    seeds: Sequence[int],
    epochs: int,
    trained_on: str = "source",
    adapts: bool = False,
    weights: Sequence[float | None] | None = None,
    sign: int = 1,
    recoloured: bool = False,
    stacked: bool | None = None,
) -> list[Arrays]:
    """Runs that differ in their seed, in λ, or in both: as one stack on a GPU, elsewhere one after the other.

        zero, one, two = run_alike(seeds=[0, 1, 2], epochs=5, adapts=True)

    In a stack no value of one network enters another, so each result is what it would be by itself, up to rounding; its
    "seconds" are its share of the time.

    Args:
        seeds: one for each run.
        weights: a constant λ for each run, or None for the paper's schedule, which is the default of all.
        epochs, trained_on, adapts, sign, recoloured: as in `run`.
        stacked: whether they are trained as one stack; by default where there is a GPU, and more than one run.

    Returns:
        for each run what `run` does.
    """
    import numpy as np

    from experiments.lab.data import mnist, mnist_m
    from experiments.lab.device import best_device
    from experiments.lab.methods.domain_adversarial import Weight, outputs, train, weights_of
    from experiments.lab.methods.gradient_reversal import schedule
    from experiments.lab.methods.stacked_domain_adversarial import train_stacked
    from tpdl import checkpoint, note, progress

    domains = {"source": mnist_m.coloured(mnist.load()), "target": mnist_m.load()}
    arrays: list[dict[str, np.ndarray]] = [{} for _ in seeds]

    def evaluate(which: int, model) -> dict[str, float]:  # type: ignore[no-untyped-def]
        found, told = {}, []
        for name, domain in domains.items():
            seen = outputs(model, domain.test)
            arrays[which][f"correct/{name}"] = seen["probabilities"].argmax(1) == domain.test_labels
            arrays[which][f"features/{name}"] = seen["features"][:KEPT]
            found[f"{name}_accuracy"] = float(arrays[which][f"correct/{name}"].mean())
            told.append(float(((seen["domain"] > 0.5) == (name == "target")).mean()))
        if adapts:
            found["domain_test_accuracy"] = float(np.mean(told))
        progress.update(**found)
        return found

    def reversal(weight: float | None) -> Weight:
        return lambda p: sign * (schedule(p) if weight is None else weight)

    given = (
        domains[trained_on].train,
        domains[trained_on].train_labels,
        domains["target"].train if adapts else None,
    )
    reversals = [reversal(weight) for weight in weights or [None] * len(seeds)]
    if stacked is None:
        stacked = len(seeds) > 1 and best_device().type == "cuda"
    if stacked:
        trainings = train_stacked(
            *given,
            weights=reversals,
            recoloured=recoloured,
            epochs=epochs,
            seeds=seeds,
            evaluate=evaluate,
            load=checkpoint.load,
            save=checkpoint.save,
        )
    else:
        trainings = [
            train(
                *given,
                weight=weight,
                recoloured=recoloured,
                epochs=epochs,
                seed=seed,
                evaluate=partial(evaluate, which),
                load=lambda key, which=which: checkpoint.load(f"{which}-{key}"),  # type: ignore[misc]
                save=lambda key, state, which=which: checkpoint.save(f"{which}-{key}", state),  # type: ignore[misc]
            )
            for which, (seed, weight) in enumerate(zip(seeds, reversals, strict=True))
        ]
    for which, training in enumerate(trainings):
        if not arrays[which]:  # it was killed after its last epoch
            evaluate(which, training.model)
    seconds, images = (sum(getattr(training, name) for training in trainings) for name in ("seconds", "images"))
    note(images_per_second=round(images / seconds, 1), training_seconds=round(seconds, 1))
    results: list[Arrays] = []
    for found, training, seed in zip(arrays, trainings, seeds, strict=True):
        measured = {f"history/{key}": np.array([row[key] for row in training.history]) for key in training.history[0]}
        timing = {"seconds": np.array(training.seconds), "images": np.array(training.images), "seed": np.array(seed)}
        results.append(found | measured | timing | weights_of(training.model))
    return results


def several(*given: Mapping[str, Any]) -> list[Arrays]:
    """A list of runs from what a step gets as input: one run, or several by their labels.

    Unmeasured runs are missing.
    """
    found: list[Arrays] = []
    for runs in given:
        found += [runs] if "method" in runs else list(runs.values())
    return found


def histories(runs: list[Arrays], *labels: str) -> pd.DataFrame:
    """The learning curves of several runs in one table, with columns for `labels`, such as "seed"."""
    import pandas as pd

    parts = []
    for run in runs:
        columns = {key.removeprefix("history/"): run[key] for key in run if key.startswith("history/")}
        part = pd.DataFrame({label: run[label].item() for label in labels} | columns)
        parts.append(part.astype({"epoch": int}))
    return pd.concat(parts, ignore_index=True)
