"""Where does DANN end when it is trained to a plateau, by the lab's setting and by the paper's recipe (question 2)?"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import tpdl
from tpdl import Arrays, experiment

if TYPE_CHECKING:
    from collections.abc import Iterator


@experiment(
    matrix={"setting": ["lab", "paper"], "seed": [0, 1, 2, 3, 4]},
    demo={"seed": [0], "epochs": 4},
    data=["mnist", "mnist-m"],
    local=True,
)
def plateau_training(setting: str, seed: int, epochs: int = 20) -> Arrays:
    """DANN for so many epochs that its accuracy no longer rises.

    Args:
        setting: "lab" as in `experiments.adaptation.dann.dann_training`: batches of 64 images, and a domain loss that
            is the mean over the images of both domains. "paper" as in Ganin et al. 2016: batches of 128 images, and a
            domain loss that is the sum of the two domains' means, which is twice as much.
        seed: of the initial weights and of the order of the images.
        epochs: passes over the labelled images.

    Returns:
        as `course`.
    """
    return course(setting, seed=seed, epochs=epochs)


@experiment(
    matrix={"seed": [0, 1, 2]},
    demo={"seed": [0], "epochs": 4},
    data=["mnist", "mnist-m"],
    local=True,
)
def plateau_source_only_training(seed: int, epochs: int = 20) -> Arrays:
    """The network trained on the source alone for as long, from which the gap is counted; see `plateau_training`."""
    return course("source-only", seed=seed, epochs=epochs)


def course(setting: str, *, seed: int, epochs: int) -> Arrays:
    """Train, and test on both domains after every epoch.

        course("paper", seed=0, epochs=20)

    Args:
        setting: "lab", "paper", or "source-only", which has no domain branch.
        seed, epochs: as in `plateau_training`.

    Returns:
        "method", the setting; "history/NAME", arrays over epochs; "correct/source" and "correct/target", whether each
        test image is classified correctly at the end.
    """
    import numpy as np

    from experiments.lab.data import mnist, mnist_m
    from experiments.lab.methods.domain_adversarial import outputs, train
    from experiments.lab.methods.gradient_reversal import schedule
    from tpdl import checkpoint, note, progress

    domains = {"source": mnist_m.coloured(mnist.load()), "target": mnist_m.load()}
    adapts, paper = setting != "source-only", setting == "paper"
    correct: dict[str, np.ndarray] = {}

    def evaluate(model) -> dict[str, float]:  # type: ignore[no-untyped-def]
        found = {}
        for name, domain in domains.items():
            seen = outputs(model, domain.test)["probabilities"].argmax(1)
            correct[f"correct/{name}"] = seen == domain.test_labels
            found[f"{name}_accuracy"] = float(correct[f"correct/{name}"].mean())
        progress.update(**found)
        return found

    with doubled_domain_gradient() if paper else nullcontext():
        training = train(
            domains["source"].train,
            domains["source"].train_labels,
            domains["target"].train if adapts else None,
            weight=lambda p: (2 if paper else 1) * schedule(p),
            batch=128 if paper else 64,
            epochs=epochs,
            seed=seed,
            evaluate=evaluate,
            load=checkpoint.load,
            save=checkpoint.save,
        )
    if not correct:  # it was killed after its last epoch
        evaluate(training.model)
    note(images_per_second=round(training.images / training.seconds, 1), training_seconds=round(training.seconds, 1))
    history = {f"history/{key}": np.array([row[key] for row in training.history]) for key in training.history[0]}
    return {"method": np.array(setting), "seed": np.array(seed)} | history | correct


@contextmanager
def doubled_domain_gradient() -> Iterator[None]:
    """Double the gradients of the domain classifier's own weights before every update.

    `train` minimises the mean of the domain loss over a batch, half of which is of each domain. The paper adds the
    means of the two halves, which is twice that. Doubled gradients here, and twice the λ for the features, come to the
    same:

        with doubled_domain_gradient():
            train(source, labels, target, weight=lambda p: 2 * schedule(p), batch=128)
    """
    import torch
    from torch.optim.optimizer import Optimizer, register_optimizer_step_pre_hook

    from experiments.lab.nets.dann import DomainAdversarialNetwork

    with torch.device("meta"):
        names = [name for name, _ in DomainAdversarialNetwork().named_parameters()]
    domain = [place for place, name in enumerate(names) if name.startswith("domain.")]

    def double(optimizer: Optimizer, *_: Any) -> None:
        weights = optimizer.param_groups[0]["params"]
        for place in domain:
            weights[place].grad.mul_(2)

    hook = register_optimizer_step_pre_hook(double)
    try:
        yield
    finally:
        hook.remove()


if __name__ == "__main__":
    tpdl.main(__file__)
