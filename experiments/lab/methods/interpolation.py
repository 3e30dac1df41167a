"""Paths between two noise vectors: along the chord, or along the sphere on which most noise lies (White 2016)."""

from __future__ import annotations

import numpy as np


def linear(start: np.ndarray, end: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Points [steps, ..., nz] on the straight line from start to end [..., nz], at `steps` in 0 … 1."""
    t = steps.reshape(-1, *[1] * start.ndim)
    return (1 - t) * start + t * end


def spherical(start: np.ndarray, end: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Points [steps, ..., nz] on the great arc (Shoemake 1985): sin((1−t)ω)/sin ω · start + sin(tω)/sin ω · end.

    ω is the angle between both; where they have the same direction, the arc is the straight line.
    """
    t = steps.reshape(-1, *[1] * start.ndim)
    lengths = np.linalg.norm(start, axis=-1, keepdims=True) * np.linalg.norm(end, axis=-1, keepdims=True)
    omega = np.arccos(np.clip((start * end).sum(-1, keepdims=True) / lengths, -1, 1))
    sine = np.sin(omega)
    parallel = sine < 1e-6
    sine = np.where(parallel, 1.0, sine)
    arc = np.sin((1 - t) * omega) / sine * start + np.sin(t * omega) / sine * end
    return np.where(parallel, linear(start, end, steps), arc)
