"""The training of generators: goes on after a kill as if nothing had happened, and is the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from experiments.gan import training as module
from experiments.gan.training import digit_measure, history_rows, measured_rows, train, train_seeds
from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting, noise
from experiments.lab.methods.stacked_adversarial import StackedAdversarialTraining
from tests.experiments.gan_digits import small_classifier, small_digits_of_32, small_pair, small_training
from tpdl import Arrays
from tpdl.run import context

ITERATIONS = 12


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    monkeypatch.setattr(module, "MOMENTS", (0, 4, 8))


class Killed(BaseException):
    """What a kill is to the code that runs: no handler sees it."""


def run(seed: int = 0, kill_at: int | None = None) -> dict[str, np.ndarray]:
    training = small_training(seed)
    step = training.step

    def step_or_die() -> None:
        if training.iteration == kill_at:
            raise Killed
        step()

    training.step = step_or_die  # type: ignore[method-assign]
    measure, samples = digit_measure(small_classifier())
    return train(training, ITERATIONS, measure, samples, noise(6, 5, [3]))


@pytest.mark.parametrize("kill_at", [2, 6, 11])
@pytest.mark.parametrize("saving", [0.0, 60.0])  # a checkpoint after every iteration, or only at the moments
def test_a_killed_run_ends_as_if_it_had_not_been_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill_at: int, saving: float
) -> None:
    whole = run()
    monkeypatch.setattr(module, "SAVING", saving)
    monkeypatch.setattr(context.checkpoint, "folder", tmp_path)
    with pytest.raises(Killed):
        run(kill_at=kill_at)
    context.notes.clear()
    continued = run()
    assert context.notes["resumed_at"] == (kill_at if saving == 0 else kill_at // 4 * 4)
    assert whole.keys() == continued.keys()
    for name in whole.keys() - {"seconds"}:
        np.testing.assert_array_equal(whole[name], continued[name], err_msg=name)


def run_seeds(stacked: bool | None) -> list[Arrays]:
    measure, samples = digit_measure(small_classifier())
    seeds = (0, 1)
    pairs, digits, sheet = [small_pair(seed) for seed in seeds], small_digits_of_32(), noise(6, 5, [3])
    return train_seeds(pairs, digits, Setting(batch=16), seeds, ITERATIONS, 2 * [measure], samples, sheet, stacked)


def test_without_a_gpu_seeds_are_trained_as_each_by_itself() -> None:
    for found, alone in zip(run_seeds(None if not torch.cuda.is_available() else False), (run(0), run(1)), strict=True):
        assert list(found) == list(alone)
        for name in alone.keys() - {"seconds"}:
            np.testing.assert_array_equal(found[name], alone[name], err_msg=name)


def test_seeds_of_a_stack_are_what_each_is_by_itself() -> None:
    for found, alone in zip(run_seeds(stacked=True), (run(0), run(1)), strict=True):
        assert list(found) == list(alone)
        for name in alone.keys() - {"seconds", "sheet"}:
            assert found[name].dtype == alone[name].dtype
            np.testing.assert_allclose(found[name], alone[name], rtol=2e-3, atol=1e-4, err_msg=name)
        assert np.abs(found["sheet"].astype(int) - alone["sheet"]).max() <= 1  # rounding to a byte may fall either way


@pytest.mark.parametrize(("stacked", "kind"), [(True, StackedAdversarialTraining), (False, AdversarialTraining)])
@pytest.mark.parametrize("kill_at", [6, 11])
def test_killed_seeds_end_as_if_they_had_not_been_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill_at: int, stacked: bool, kind: type
) -> None:
    whole = run_seeds(stacked)
    monkeypatch.setattr(module, "SAVING", 0.0)
    monkeypatch.setattr(context.checkpoint, "folder", tmp_path)
    step = kind.step  # type: ignore[attr-defined]
    steps = []

    def step_or_die(training: AdversarialTraining | StackedAdversarialTraining) -> None:
        # one after the other, it is the second seed that dies
        if training.iteration == kill_at and getattr(training, "seed", 1) == 1:
            raise Killed
        step(training)

    def counted(training: AdversarialTraining | StackedAdversarialTraining) -> None:
        steps.append(training.iteration)
        step(training)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(kind, "step", step_or_die)
        run_seeds(stacked)
    monkeypatch.setattr(kind, "step", counted)
    continued = run_seeds(stacked)
    assert steps == list(range(kill_at, ITERATIONS))
    for found, expected in zip(continued, whole, strict=True):
        for name in expected.keys() - {"seconds"}:
            np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def test_the_seed_decides_everything() -> None:
    first, again, other = run(), run(), run(seed=1)
    for name in first.keys() - {"seconds"}:
        np.testing.assert_array_equal(first[name], again[name], err_msg=name)
    assert not np.array_equal(first["history"], other["history"])
    assert not np.array_equal(first["sheet"], other["sheet"])


def test_measured_before_during_and_after() -> None:
    result = run()
    assert result["moment"].tolist() == [0, 4, 8, ITERATIONS]
    assert result["sheet"].shape == (4, 6, 32, 32) and result["sheet"].dtype == np.uint8
    assert result["history"].shape == (ITERATIONS, 4)
    assert (np.diff(result["seconds"]) > 0).all()
    rows = measured_rows(result, seed=0)
    assert [row["iteration"] for row in rows] == [0, 4, 8, ITERATIONS]
    assert {"seed", "frechet", "effective_classes", "confidence", "diversity"} <= rows[0].keys()
    assert "agreement" not in rows[0]


def test_other_moments_can_be_asked_for() -> None:
    measure, samples = digit_measure(small_classifier())
    asked = train(small_training(), ITERATIONS, measure, samples, noise(6, 5, [3]), moments=(0, 5, 99))
    assert asked["moment"].tolist() == [0, 5, ITERATIONS] and len(asked["measure/frechet"]) == 3
    usual = run()
    for name in ("measure/frechet", "sheet"):
        np.testing.assert_array_equal(asked[name][-1], usual[name][-1])


def test_history_is_averaged_over_windows() -> None:
    history = np.arange(48, dtype=np.float32).reshape(12, 4)
    rows = history_rows({"history": history}, 5, seed=7)
    assert [row["iteration"] for row in rows] == [5, 10, 12]
    assert rows[0]["loss_d"] == history[:5, 0].mean() and rows[2]["d_fake"] == history[10:, 3].mean()
    assert rows[0]["seed"] == 7
