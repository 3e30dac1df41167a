"""Many linear support vector machines at once: all classes, folds and strengths of a cross-validation.

A machine of one class against the rest minimises what scikit-learn's `LinearSVC` does, the intercept being one more
weight, of a feature that is 1 for every image,

    f(w) = ½ |w|² + C Σ_i max(0, 1 − y_i <w, x_i>)²,        y_i = ±1, i over the images that it learns from.

Every machine is a row of one matrix W, so decision values and gradients of all of them are two matrix products, W Xᵀ
and R X. As f is piecewise quadratic, Newton's method with an exact line search reaches its minimum after finitely many
steps (Mangasarian 2002; Keerthi and DeCoste 2005). With A the images inside the margin, the minimum of the present
piece is found in one of two ways:

- few images in A: exactly, from as many equations (Chapelle 2007): w = X_Aᵀ α with (K_AA + I / 2C) α = y_A. The inner
  products K = X Xᵀ are computed once for all machines.
- many: by conjugate gradients on (I + 2C X_Aᵀ X_A) s = −∇f, in float32 for all machines together, preconditioned with
  the diagonal. On coordinates of `experiments.lab.methods.factor`, which are orthogonal over all images, the diagonal
  is a good approximation, so few iterations are needed.

f is strongly convex with modulus 1, so |w − w*| ≤ |∇f(w)|. The solver stops when this bounds the error of every
decision value by the tolerance.

O. Mangasarian (2002): A finite Newton method for classification. S. Keerthi and D. DeCoste (2005): A modified finite
Newton method for fast solution of large scale linear SVMs. O. Chapelle (2007): Training a support vector machine in the
primal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from experiments.lab.device import best_device
from tpdl import UserError

FACTORISATION = 3
"""Iterations of conjugate gradients whose multiplications a factorisation may cost; one that costs more is avoided."""
INNER_STEPS = 100
"""Most iterations of conjugate gradients for one of Newton's steps; the step of a machine that needs more is exact."""
REDUCTION = 0.1
"""Conjugate gradients stop when the residual is this fraction of the gradient."""
ENTRIES = 2**23
"""Entries of the matrices that are factorised in one call: 64 MB."""
HUGE = 1e100
"""Takes the place of 1 / 2C for images outside the margin."""


@dataclass(frozen=True)
class LinearMachine:
    """A linear classifier: one row of weights for each class, or one for the second of two classes."""

    classes: np.ndarray
    """The labels that it has learned [classes], in ascending order."""
    weights: np.ndarray
    """float64 [classes, components], or [1, components] if there are two classes."""
    intercept: np.ndarray
    """float64 [classes], or [1]."""

    def decision_function(self, features: np.ndarray) -> np.ndarray:
        """Decision values [images, classes], or [images] if there are two classes."""
        values: np.ndarray = features @ self.weights.T + self.intercept
        return values[:, 0] if len(self.classes) == 2 else values

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The class with the highest decision value [images]."""
        values = self.decision_function(features)
        found: np.ndarray = self.classes[(values > 0).astype(int) if values.ndim == 1 else values.argmax(1)]
        return found

    def score(self, features: np.ndarray, labels: np.ndarray) -> float:
        """The fraction of images whose label is predicted."""
        return float((self.predict(features) == labels).mean())


def linear_svms(
    features: np.ndarray,
    labels: np.ndarray,
    rows: Sequence[np.ndarray] | None = None,
    C: float | Sequence[float] = 1.0,
    *,
    tolerance: float = 1e-5,
    iterations: int = 200,
) -> list[LinearMachine]:
    """Linear SVMs with the squared hinge loss, one for each choice of images and C, all solved together.

        folds = [fit for fit, _ in StratifiedKFold(5).split(features, labels)]
        whole, *parts = linear_svms(features, labels, rows=[np.arange(len(labels)), *folds])

    They have the decision values of `linear_svm`, which is scikit-learn's, up to the tolerance. This pays for many
    machines, and where there are not many more components than images.

    Args:
        features: [images, components].
        labels: classes [images].
        rows: for each machine the indices of the images that it learns from; one that comes twice counts twice. All
            images by default.
        C: inverse regularisation strength, the same for all or one for each machine; with a list and no `rows`, a
            machine for each C.
        tolerance: largest error of a decision value on any of the images.
        iterations: most of Newton's steps.

    Raises:
        UserError: there is nothing to learn from, or the solver did not converge.
    """
    strengths = [float(C)] if isinstance(C, int | float | np.number) else [float(value) for value in C]
    rows = [np.arange(len(labels))] * len(strengths) if rows is None else list(rows)
    strengths = strengths * len(rows) if len(strengths) == 1 else strengths
    _check(features, labels, rows, strengths)
    counts = np.array([np.bincount(chosen, minlength=len(labels)) for chosen in rows])
    classes = [np.unique(labels[chosen]) for chosen in rows]
    positive = [known[1:] if len(known) == 2 else known for known in classes]
    owner = np.repeat(np.arange(len(rows)), [len(known) for known in positive])
    targets = np.where(labels == np.concatenate(positive)[:, None], 1.0, -1.0)
    curvature = 2 * np.array(strengths)[owner, None] * counts[owner]
    solved = _Problem(features, targets, curvature).solve(tolerance, iterations)
    if solved is None:
        raise UserError(f"linear SVMs with C={max(strengths):g} did not converge; choose a smaller C")
    return [
        LinearMachine(known, solved[owner == machine, :-1], solved[owner == machine, -1])
        for machine, known in enumerate(classes)
    ]


def _check(features: np.ndarray, labels: np.ndarray, rows: list[np.ndarray], strengths: list[float]) -> None:
    if len(features) != len(labels):
        raise UserError(f"linear SVMs: {len(features)} images and {len(labels)} labels")
    if not np.isfinite(features).all():
        raise UserError("linear SVMs: a feature is infinite or not a number")
    if len(strengths) != len(rows):
        raise UserError(
            f"linear SVMs: {len(rows)} choices of images and {len(strengths)} values of C; give one for each"
        )
    if not all(0 < value < np.inf for value in strengths):
        raise UserError(f"linear SVMs: C must be positive and finite, not {min(strengths):g}")
    for chosen in rows:
        if len(np.unique(labels[chosen])) < 2:
            raise UserError("linear SVMs: the images to learn from must be of two classes or more")


class _Problem:
    """Machines as rows: targets y and second derivatives 2 C n_i of the loss, [machines, images]."""

    def __init__(self, features: np.ndarray, targets: np.ndarray, curvature: np.ndarray) -> None:
        device = best_device()
        plain = torch.as_tensor(np.ascontiguousarray(features), dtype=torch.float64, device=device)
        self.x = torch.cat([plain, torch.ones(len(plain), 1, dtype=torch.float64, device=device)], 1)
        self.short = self.x.float()
        self.squares = self.short.square()
        self.kernel = self.x @ self.x.T
        self.radius = float(self.kernel.diagonal().max().sqrt())
        self.y = torch.as_tensor(targets, dtype=torch.float64, device=device)
        self.curvature = torch.as_tensor(curvature, dtype=torch.float64, device=device)

    def solve(self, tolerance: float, iterations: int) -> np.ndarray | None:
        """The weights, float64 [machines, components + 1], or nothing if that many of Newton's steps do not do."""
        weights = self.y.new_zeros(len(self.y), self.x.shape[1])
        values = torch.zeros_like(self.y)
        left = torch.arange(len(self.y), device=self.y.device)
        for _ in range(iterations + 1):
            w, m, y = weights[left], values[left], self.y[left]
            inside = self.curvature[left] * (y * m < 1)
            gradient = w + (inside * (m - y)) @ self.x
            error = self.radius * gradient.norm(dim=1)
            going = ~(error <= tolerance)
            left = left[going]
            if not len(left):
                return weights.cpu().numpy()
            w, m, y, inside, gradient = (part[going] for part in (w, m, y, inside, gradient))
            few = (inside > 0).sum(1)
            exact = few.double() ** 3 / 3 <= FACTORISATION * 2 * self.x.numel()
            step = torch.empty_like(w)
            if exact.any():
                step[exact] = self._minimum(y[exact], inside[exact], few[exact]) - w[exact]
            if not exact.all():
                step[~exact], hard = self._conjugate_gradients(inside[~exact], gradient[~exact], tolerance)
                again = (~exact).nonzero()[:, 0][hard]
                step[again] = self._minimum(y[again], inside[again], few[again]) - w[again]
            along = step @ self.x.T
            length = _line_search(y, self.curvature[left], m, along, (w * step).sum(1), step.square().sum(1))
            weights[left] = w + length[:, None] * step
            values[left] = m + length[:, None] * along
        return None

    def _minimum(self, y: Tensor, inside: Tensor, few: Tensor) -> Tensor:
        """The minimum of the piece with these images inside the margin, by Cholesky's factorisation of K_AA + I / 2C.

        Machines with about as many images are factorised in one call, filled up with images outside the margin whose
        diagonal is so large that their α is zero.
        """
        alpha = torch.zeros_like(y)
        order, sizes = few.argsort().tolist(), few.tolist()
        while order:
            widest = max(1, sizes[order[-1]])
            group = [order.pop() for _ in range(min(len(order), max(1, ENTRIES // widest**2)))]
            chosen = (inside[group] > 0).to(torch.uint8).argsort(dim=1, descending=True, stable=True)[:, :widest]
            weight, target = inside[group].gather(1, chosen), y[group].gather(1, chosen)
            matrix = self.kernel[chosen[:, :, None], chosen[:, None, :]]
            matrix.diagonal(dim1=1, dim2=2).add_(1 / weight.clamp(min=1 / HUGE))
            factor, _ = torch.linalg.cholesky_ex(matrix)
            solved = torch.cholesky_solve(target[:, :, None], factor)[:, :, 0]
            alpha[group] = alpha[group].scatter(1, chosen, solved * (weight > 0))
        return alpha @ self.x

    def _conjugate_gradients(self, inside: Tensor, gradient: Tensor, tolerance: float) -> tuple[Tensor, Tensor]:
        """Newton's step, approximately, and the indices of the machines that need too many iterations for it.

        Machines that are finished drop out.
        """
        x, inside, residual = self.short, inside.float(), -gradient.float()
        diagonal = 1 + inside @ self.squares
        wanted = (REDUCTION * residual.norm(dim=1)).clamp(min=0.3 * tolerance / self.radius)
        found, left = torch.zeros_like(residual), torch.arange(len(residual), device=residual.device)
        step = found.clone()
        scaled = residual / diagonal
        direction, size = scaled, (residual * scaled).sum(1)
        for _ in range(INNER_STEPS):
            image = direction + (inside * (direction @ x.T)) @ x
            length = (size / (direction * image).sum(1))[:, None]
            step, residual = step + length * direction, residual - length * image
            scaled = residual / diagonal
            new = (residual * scaled).sum(1)
            direction, size = scaled + (new / size)[:, None] * direction, new
            going = residual.norm(dim=1) > wanted
            if not going.all():
                found[left[~going]] = step[~going]
                state = (left, step, residual, direction, size, inside, diagonal, wanted)
                left, step, residual, direction, size, inside, diagonal, wanted = (part[going] for part in state)
                if not len(left):
                    break
        return found.double(), left


def _line_search(y: Tensor, curvature: Tensor, m: Tensor, along: Tensor, slope: Tensor, square: Tensor) -> Tensor:
    """The t ≥ 0 at which f(w + t s) is least, for every machine.

    The derivative is increasing and piecewise linear in t. Newton's method finds its zero, and bisects where it would
    leave the interval known to hold it.

    Args:
        y, curvature: targets and second derivatives [machines, images].
        m, along: decision values of w and of s [machines, images].
        slope, square: <w, s> and |s|² [machines].
    """
    low, high = torch.zeros_like(slope), torch.full_like(slope, torch.inf)
    t = low
    for _ in range(100):
        now = m + t[:, None] * along
        part = curvature * (y * now < 1) * along
        rise = slope + t * square + (part * (now - y)).sum(1)
        low, high = torch.where(rise < 0, t, low), torch.where(rise > 0, t, high)
        new = t - rise / (square + (part * along).sum(1))
        new = torch.where((new >= low) & (new <= high), new, torch.where(high.isinf(), new, (low + high) / 2))
        t, moved = new, (new - t).abs()
        if (moved <= 1e-12 * t).all():
            break
    return t
