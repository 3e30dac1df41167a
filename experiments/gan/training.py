"""Training of a generator with quality measures and checkpoints, shared by all GANs of this chapter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import tpdl
from tpdl import Arrays, Cells, checkpoint, progress

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import torch
    from torch import nn

    from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
    from experiments.lab.methods.stacked_adversarial import StackedAdversarialTraining

MOMENTS = (0, 50, 100, 200, 300, 500, 750, 1000, 1500, 2000, 2500)
"""Iterations before which a generator is measured if nothing else is wanted; it is also measured at the end."""

HISTORY = ("loss_d", "loss_g", "d_real", "d_fake")
"""The columns of `AdversarialTraining.history`."""

SAVING = 60.0
"""Seconds between two checkpoints."""

Measure = Callable[["np.ndarray"], dict[str, float]]
"""uint8 [images, side, side] -> numbers by name."""

Seen = tuple[dict[str, float], "np.ndarray"]
"""What is kept of a generator at a moment: measures of its images, and the sheet uint8 [images, side, side]."""


def train(
    training: AdversarialTraining,
    iterations: int,
    measure: Measure,
    samples: int,
    sheet: torch.Tensor,
    sheet_labels: torch.Tensor | None = None,
    sample_labels: torch.Tensor | None = None,
    moments: Sequence[int] | None = None,
) -> dict[str, np.ndarray]:
    """Train, measure at some moments and at the end, and save a checkpoint every minute.

    A run that was killed continues from its last checkpoint, with the same result as without the interruption.

    Args:
        training: not yet begun.
        iterations: number of batches.
        measure: measures generated images.
        samples: how many of them, always from the same noise.
        sheet: noise [images, nz] of the images that are kept at every measurement.
        sheet_labels, sample_labels: requested classes, for a conditional network.
        moments: the iterations before which it is measured; by default `MOMENTS`.

    Returns:
        "history" [iterations, 4], columns as in `HISTORY`; "moment" [moments], iterations before each measurement,
        "seconds" [moments] of training up to it, "measure/NAME" [moments] and "sheet" uint8 [moments, images, side,
        side]; "generator/NAME", its weights at the end.
    """
    from experiments.lab.methods.adversarial_training import generate, noise

    z = noise(samples, training.nz, [training.seed, 2])

    def look() -> list[Seen]:
        return [
            (measure(generate(training.generator, z, sample_labels)), generate(training.generator, sheet, sheet_labels))
        ]

    (measured,) = _trained(training, iterations, look, f"training-{training.seed}.pt", moments)
    return {"history": training.history()} | measured | _weights(training.generator)


def train_seeds(
    pairs: Sequence[tuple[nn.Module, nn.Module]],
    digits: tuple[np.ndarray, np.ndarray],
    setting: Setting,
    seeds: Sequence[int],
    iterations: int,
    measures: Sequence[Measure],
    samples: int,
    sheet: torch.Tensor,
    stacked: bool | None = None,
    moments: Sequence[int] | None = None,
) -> list[Arrays]:
    """Train unconditional networks with several seeds: as one stack on a GPU, elsewhere one after the other.

        pairs = [(built(Generator, 2 * seed), built(Discriminator, 2 * seed + 1)) for seed in (0, 1, 2)]
        zero, one, two = train_seeds(pairs, (images, labels), Setting(), (0, 1, 2), 3000, 3 * [measure], samples, sheet)

    In a stack no value of one seed enters another, so each result is what it would be by itself, up to rounding; its
    "seconds" are its share of the time.

    Args:
        pairs: a generator and a discriminator with their initial weights for each seed, all of the same sizes.
        digits: the real images uint8 [images, side, side], and their labels [images], which the networks ignore.
        setting: batch size, learning rates, losses, precision.
        seeds: of noise and order.
        iterations, samples, sheet, moments: as in `train`.
        measures: measures generated images, one for each seed.
        stacked: whether they are trained as one stack; by default where there is a GPU, and more than one seed.

    Returns:
        for each seed what `train` does.
    """
    from experiments.lab.device import best_device
    from experiments.lab.methods.adversarial_training import AdversarialTraining, generate, noise
    from experiments.lab.methods.stacked_adversarial import StackedAdversarialTraining
    from experiments.lab.nets.stacked import Grouped

    if stacked is None:
        stacked = len(seeds) > 1 and best_device().type == "cuda"
    if not stacked:
        return [
            train(
                AdversarialTraining(*pair, *digits, setting, seed), iterations, measure, samples, sheet, moments=moments
            )
            for pair, seed, measure in zip(pairs, seeds, measures, strict=True)
        ]
    training = StackedAdversarialTraining(pairs, *digits, setting, seeds, Grouped)
    noises = [noise(samples, sheet.shape[1], [seed, 2]) for seed in seeds]

    def look() -> list[Seen]:
        generators = [training.generators.network(which) for which in range(len(seeds))]
        return [
            (measure(generate(generator, z)), generate(generator, sheet))
            for generator, measure, z in zip(generators, measures, noises, strict=True)
        ]

    measured = _trained(training, iterations, look, "training.pt", moments)
    return [
        {"history": history} | found | _weights(training.generators.network(which))
        for which, (history, found) in enumerate(zip(training.history(), measured, strict=True))
    ]


def _trained(
    training: AdversarialTraining | StackedAdversarialTraining,
    iterations: int,
    look: Callable[[], list[Seen]],
    filename: str,
    wanted: Sequence[int] | None,
) -> list[dict[str, np.ndarray]]:
    """Train with checkpoints in a file of that name, and `look` at the moments that are `wanted`, and at the end.

    Returns:
        for each network "moment", "sheet", "seconds" and the measurements, as `train` returns them.
    """
    import time

    import numpy as np
    import torch

    from tpdl import atomic_path

    moments = [moment for moment in (MOMENTS if wanted is None else wanted) if moment < iterations] + [iterations]
    measured: list[list[dict[str, float]]] = []
    sheets: list[list[torch.Tensor]] = []
    spent = 0.0

    kept = checkpoint.path(filename) if checkpoint.folder else None
    if kept and kept.exists():
        state = torch.load(kept, weights_only=True, map_location=training.device)
        training.restore(state["training"])
        measured, spent = state["measured"], state["spent"]
        sheets = [[images.cpu() for images in each] for each in state["sheets"]]
    resumed_at, spent_before = training.iteration, spent

    def save() -> None:
        if kept:
            state = {"training": training.state(), "measured": measured, "spent": spent, "sheets": sheets}
            with atomic_path(kept) as temporary:
                torch.save(state, temporary)

    def clock() -> float:
        if training.device.type == "cuda":
            torch.cuda.synchronize()  # what was asked for is done, not only asked for
        return time.perf_counter()

    for moment in moments[len(measured) :]:
        started = clock()
        while training.iteration < moment:
            training.step()
            progress.update(done=training.iteration, total=iterations, unit="iterations")
            if time.perf_counter() - started > SAVING:
                spent += clock() - started
                save()
                started = clock()
        spent += clock() - started
        seen = look()
        measured.append([{"seconds": spent / len(seen)} | numbers for numbers, _ in seen])
        sheets.append([torch.from_numpy(images) for _, images in seen])
        progress.update(frechet=round(sum(each["frechet"] for each in measured[-1]) / len(seen), 2))
        save()
    images = (iterations - resumed_at) * training.setting.batch * len(measured[0])
    tpdl.note(images_per_second=round(images / max(spent - spent_before, 1e-9)), resumed_at=resumed_at)
    return [
        {"moment": np.array(moments), "sheet": torch.stack([each[which] for each in sheets]).numpy()}
        | {
            name if name == "seconds" else f"measure/{name}": np.array([float(each[which][name]) for each in measured])
            for name in measured[0][which]
        }
        for which in range(len(measured[0]))
    ]


def _weights(generator: nn.Module) -> dict[str, np.ndarray]:
    """The generator's weights, as `train` returns them."""
    state = generator.state_dict()
    return {f"generator/{name}": value.cpu().contiguous().numpy() for name, value in state.items()}


def digit_measure(classifier: Arrays, wanted: np.ndarray | None = None) -> tuple[Measure, int]:
    """The function that measures generated digits, and their number: that of the real ones they are compared with."""
    from experiments.gan.quality import as_seen, measures, trained_classifier, yardstick

    model, real = trained_classifier(classifier), yardstick(classifier)
    return lambda images: measures(as_seen(model, images), real, wanted), len(real.feature)


def built(make: Callable[[], nn.Module], seed: int, normal: bool = True) -> nn.Module:
    """A network with random weights decided by `seed`: DCGAN's, or torch's own if not `normal`."""
    import torch

    from experiments.lab.nets.dcgan import initialise

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make()
        if normal:
            initialise(model)
    return model


def measured_rows(training: Arrays, **about: Any) -> list[dict[str, Any]]:
    """The measurements of a training run as rows; the columns `about` the run come first."""
    names = [name for name in training if name.startswith("measure/")]
    return [
        about
        | {"iteration": int(moment), "seconds": round(float(training["seconds"][i]), 1)}
        | {name.removeprefix("measure/"): float(training[name][i]) for name in names}
        for i, moment in enumerate(training["moment"])
    ]


def measured_runs(training: Cells[Arrays]) -> pd.DataFrame:
    """The measurements of all cells of a training step, one row each, with the parameters of the cell first.

    "d_real", "d_fake" and "loss_g" of a run are averages over the second half of its training.
    """
    import pandas as pd

    parts = []
    for cell, run in training.each():
        late = run["history"][len(run["history"]) // 2 :].mean(0)
        outputs = {name: float(late[HISTORY.index(name)]) for name in ("d_real", "d_fake", "loss_g")}
        parts.append(pd.DataFrame(measured_rows(run, **cell)).assign(**outputs))
    return pd.concat(parts, ignore_index=True)


def history_rows(training: Arrays, window: int = 20, **about: Any) -> list[dict[str, Any]]:
    """Losses and discriminator outputs as rows, averaged over `window` iterations.

    The columns `about` the run come first.
    """
    history = training["history"]
    return [
        about
        | {"iteration": begin + len(history[begin : begin + window])}
        | dict(zip(HISTORY, history[begin : begin + window].mean(0).astype(float).tolist(), strict=True))
        for begin in range(0, len(history), window)
    ]
