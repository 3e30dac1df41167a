"""One training run on MNIST and MNIST-M, shared by all experiments of this chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tpdl import Arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    import numpy as np

    from experiments.lab.data import mnist, mnist_m
    from experiments.lab.methods.domain_adversarial import outputs, train, weights_of
    from experiments.lab.methods.gradient_reversal import schedule
    from tpdl import checkpoint, note, progress

    domains = {"source": mnist_m.coloured(mnist.load()), "target": mnist_m.load()}
    arrays: dict[str, np.ndarray] = {}

    def evaluate(model) -> dict[str, float]:  # type: ignore[no-untyped-def]
        found, told = {}, []
        for name, domain in domains.items():
            seen = outputs(model, domain.test)
            arrays[f"correct/{name}"] = seen["probabilities"].argmax(1) == domain.test_labels
            arrays[f"features/{name}"] = seen["features"][:KEPT]
            found[f"{name}_accuracy"] = float(arrays[f"correct/{name}"].mean())
            told.append(float(((seen["domain"] > 0.5) == (name == "target")).mean()))
        if adapts:
            found["domain_test_accuracy"] = float(np.mean(told))
        progress.update(**found)
        return found

    training = train(
        domains[trained_on].train,
        domains[trained_on].train_labels,
        domains["target"].train if adapts else None,
        weight=lambda p: sign * (schedule(p) if weight is None else weight),
        recoloured=recoloured,
        epochs=epochs,
        seed=seed,
        evaluate=evaluate,
        load=checkpoint.load,
        save=checkpoint.save,
    )
    if not arrays:  # it was killed after its last epoch
        evaluate(training.model)
    note(images_per_second=round(training.images / training.seconds, 1), training_seconds=round(training.seconds, 1))
    measured = {f"history/{key}": np.array([row[key] for row in training.history]) for key in training.history[0]}
    timing = {"seconds": np.array(training.seconds), "images": np.array(training.images), "seed": np.array(seed)}
    return arrays | measured | timing | weights_of(training.model)


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
