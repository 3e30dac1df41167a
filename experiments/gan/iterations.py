"""What an iteration of adversarial training takes, for several networks or settings side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tpdl import note

if TYPE_CHECKING:
    from torch import nn

    from experiments.lab.methods.adversarial_training import Setting


def iterations_in_turns(
    what: str, trained: Mapping[Any, tuple[nn.Module, nn.Module, Setting]], rounds: int, iterations: int
) -> pd.DataFrame:
    """One row for each that is trained: milliseconds of an iteration, with random images, on one thread.

    They take turns (see `experiments.lab.methods.turns`). The record of the step notes the lowest `idleness`.

    Args:
        what: name of the first column, which tells the rows apart.
        trained: its value in a row -> generator, discriminator and setting.
        rounds: how often each is timed.
        iterations: in a round.

    Returns:
        the column `what`; "milliseconds", the median of the rounds, "fastest" and "slowest" of an iteration, in time of
        the processor; "idleness", its ratio to that of the clock; "batch" and "rounds".
    """
    import numpy as np
    import torch

    from experiments.lab.methods.adversarial_training import AdversarialTraining
    from experiments.lab.methods.turns import in_turns

    processor = torch.device("cpu")

    def repeated(generator: nn.Module, discriminator: nn.Module, setting: Setting) -> Callable:
        images = np.random.default_rng(0).integers(0, 256, (2 * setting.batch, 32, 32), dtype=np.uint8)
        labels = np.zeros(len(images), np.int64)
        training = AdversarialTraining(generator, discriminator, images, labels, setting, device=processor)

        def run(mark: Callable[[], None]) -> None:
            for _ in range(iterations):
                training.step()
            mark()

        return run

    took = in_turns({str(name): repeated(*each) for name, each in trained.items()}, rounds, warm_up=2)
    note(idleness=round(min(turns.idleness for turns in took.values()), 3))
    return pd.DataFrame(
        {what: name, "milliseconds": np.median(each), "fastest": each.min(), "slowest": each.max()}
        | {"idleness": took[str(name)].idleness, "batch": setting.batch, "rounds": rounds}
        for name, (_, _, setting) in trained.items()
        for each in [1000 * took[str(name)].processor[:, -1] / iterations]
    )
