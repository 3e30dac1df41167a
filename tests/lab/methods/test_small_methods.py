"""Intervals, tests, duplicates, memory: small methods against other ways to compute the same."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from math import comb
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import bootstrap

from experiments.lab.methods.duplicates import across, identical
from experiments.lab.methods.intervals import bootstrap_interval, mcnemar
from experiments.lab.methods.memory import PeakMemory, resident

ROOT = Path(__file__).parents[3]


def test_bootstrap_interval_is_scipys() -> None:
    correct = np.arange(400) % 10 < 8
    reference = bootstrap(
        (correct.astype(float),), np.mean, method="percentile", n_resamples=5000, rng=np.random.default_rng(1)
    ).confidence_interval
    np.testing.assert_allclose(bootstrap_interval(correct), reference, atol=0.005)


def test_bootstrap_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for trial in range(400):
        low, high = bootstrap_interval(rng.random(300) < 0.7, resamples=500, seed=trial)
        held += low <= 0.7 <= high
    assert 0.91 < held / 400 < 0.985


def test_bootstrap_interval_is_decided_by_its_seed_and_needs_items() -> None:
    correct = np.arange(100) < 70
    assert bootstrap_interval(correct, seed=1) == bootstrap_interval(correct, seed=1)
    assert bootstrap_interval(np.full(9, True)) == (1.0, 1.0)
    with pytest.raises(ValueError, match="no items"):
        bootstrap_interval(np.array([], dtype=bool))


@pytest.mark.parametrize(("first", "second"), [(3, 9), (9, 3), (5, 5), (0, 6), (1, 0)])
def test_mcnemar_is_the_binomial_sum(first: int, second: int) -> None:
    """p = min(1, 2 P(X ≤ min(b, c))), X binomial with b + c draws of probability ½."""
    a = np.array([True] * first + [False] * second + [True] * 20 + [False] * 4)
    b = np.array([False] * first + [True] * second + [True] * 20 + [False] * 4)
    n, k = first + second, min(first, second)
    expected = min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n)
    found = mcnemar(a, b)
    assert found[:2] == (first, second)
    assert found[2] == pytest.approx(expected)


def test_mcnemar_of_a_classifier_with_itself_is_one() -> None:
    assert mcnemar(np.array([True, False]), np.array([True, False])) == (0, 0, 1.0)


def test_identical_files_and_those_across_the_split() -> None:
    files = [b"a", b"b", b"c", b"b", b"d", b"a", b"c", b"e", b"b"]
    groups = identical(files.__getitem__, len(files))
    assert groups.tolist() == [1, 2, 3, 2, 0, 1, 3, 0, 2]
    train = np.arange(len(files)) < 5
    assert across(groups, train).tolist() == [True, True, True, True, False, True, True, False, True]
    assert not across(groups, np.arange(len(files)) < 9).any()


def test_peak_memory_sees_what_was_freed_again() -> None:
    before = resident()
    with PeakMemory() as peak:
        block = np.ones(200_000_000, dtype=np.uint8)
        # On a busy machine the thread that takes samples may have to wait for its turn.
        given_up = time.monotonic() + 60
        while peak.bytes - before < 100_000_000 and time.monotonic() < given_up:
            time.sleep(0.02)
        del block
    assert peak.bytes - before > 100_000_000
    assert resident() - before < 100_000_000, "the block is gone again"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has another allocator")
def test_peak_memory_does_not_count_what_a_process_keeps_after_it_was_freed() -> None:
    code = """
import numpy as np
from experiments.lab.methods.memory import PeakMemory, _resident, resident
from tpdl.run.memory import keep_freed

assert keep_freed()
before = _resident()
block = np.ones(200_000_000, dtype=np.uint8)
small = np.ones(1000)  # lies behind it
del block
assert _resident() - before > 100_000_000, "it is kept"
with PeakMemory() as peak:
    assert peak.bytes - before < 100_000_000
block = np.ones(200_000_000, dtype=np.uint8)
del block
assert resident() - before < 100_000_000
"""
    environment = {name: value for name, value in os.environ.items() if "MALLOC" not in name}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
