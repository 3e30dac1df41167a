"""The measurement, compared with what can be computed by hand."""

import pytest
from experiments.noise.means import means, means_values


def test_one_draw_scatters_as_its_law_does() -> None:
    """The variance of a uniform number is 1/12, that of an exponential one 1."""
    for law, sigma in (("uniform", 12**-0.5), ("exponential", 1.0)):
        assert means(law)["spread"][0] == pytest.approx(sigma, rel=0.05)


def test_four_times_as_many_draws_halve_the_spread() -> None:
    spread = means("uniform").set_index("n")["spread"]
    assert spread[64] == pytest.approx(spread[16] / 2, rel=0.05)


def test_the_slope_of_the_theory_is_exact() -> None:
    results = means("uniform").assign(law="uniform")
    results["spread"] = results["theory"]
    assert means_values(results)["slope"]["uniform"] == pytest.approx(-0.5)
