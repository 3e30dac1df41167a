"""The reversal layer against a numerical derivative and a case done by hand; its schedules against the paper."""

from __future__ import annotations

import math

import pytest
import torch
from torch.autograd.gradcheck import GradcheckError

from experiments.lab.methods.gradient_reversal import annealed, reverse_gradient, schedule


def numerical(function, x: torch.Tensor, step: float = 1e-6) -> torch.Tensor:  # type: ignore[no-untyped-def]
    """Central differences of a scalar function."""
    gradient = torch.zeros_like(x)
    for i in range(x.numel()):
        shift = torch.zeros_like(x)
        shift.view(-1)[i] = step
        gradient.view(-1)[i] = (function(x + shift) - function(x - shift)) / (2 * step)
    return gradient


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 3.0, -1.0])
def test_the_gradient_is_minus_lambda_times_that_of_the_function(weight: float) -> None:
    x = torch.randn(3, 4, dtype=torch.double, generator=torch.Generator().manual_seed(0)).requires_grad_()
    loss = lambda z: (z.tanh() ** 2).sum()  # noqa: E731
    loss(reverse_gradient(x, weight)).backward()
    torch.testing.assert_close(x.grad, -weight * numerical(loss, x.detach()), atol=1e-7, rtol=1e-5)


def test_it_passes_torchs_gradcheck_where_forward_and_backward_agree() -> None:
    """With λ = −1 the layer is the identity in both directions, with λ = 1 gradcheck must find the reversal."""
    x = torch.randn(5, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: reverse_gradient(z, -1.0).sin(), (x,))
    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(lambda z: reverse_gradient(z, 1.0).sin(), (x,))


def test_twice_reversed_is_not_reversed_and_the_values_are_untouched() -> None:
    x = torch.arange(4.0, requires_grad=True)
    y = reverse_gradient(reverse_gradient(x, 2.0), 3.0)
    assert torch.equal(y, x)
    y.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [6.0] * 4


def test_one_step_pulls_both_ways() -> None:
    """Feature w, classifier v, loss (v w − 1)²: by hand, ∂/∂v = 2 (v w − 1) w, and reversed ∂/∂w = −λ 2 (v w − 1) v."""
    w, v = torch.tensor(0.5, requires_grad=True), torch.tensor(1.5, requires_grad=True)
    ((v * reverse_gradient(w, 0.1) - 1) ** 2).backward()
    assert v.grad is not None and w.grad is not None
    assert v.grad.item() == pytest.approx(2 * (0.75 - 1) * 0.5)
    assert w.grad.item() == pytest.approx(-0.1 * 2 * (0.75 - 1) * 1.5)


def test_the_schedules_are_the_papers() -> None:
    assert schedule(0.0) == 0.0
    assert schedule(0.5) == pytest.approx(math.tanh(2.5))  # 2 / (1 + e^−2x) − 1 = tanh x
    assert schedule(1.0) == pytest.approx(0.9999, abs=1e-4)
    assert annealed(0.0) == 0.01
    assert annealed(1.0) == pytest.approx(0.01 / 11**0.75)
