"""Interpolation between noise vectors: along the chord, or along the sphere where most noise lies (White 2016)."""

from __future__ import annotations

import numpy as np


def linear(start: np.ndarray, end: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Linear interpolation from start to end.

        >>> linear(np.array([0.0, 2.0]), np.array([4.0, 0.0]), np.array([0.0, 0.25])).tolist()
        [[0.0, 2.0], [1.0, 1.5]]

    Args:
        start, end: [..., nz].
        steps: positions in 0 … 1, [steps].

    Returns:
        [steps, ..., nz].
    """
    t = steps.reshape(-1, *[1] * start.ndim)
    return (1 - t) * start + t * end


def spherical(start: np.ndarray, end: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Spherical interpolation (slerp; Shoemake 1985): sin((1−t)ω)/sin ω · start + sin(tω)/sin ω · end.

    ω is the angle between the two; if it is 0, the interpolation is linear.

        >>> spherical(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([0.5])).round(3).tolist()
        [[0.707, 0.707]]

    Args:
        start, end: [..., nz].
        steps: positions in 0 … 1, [steps].

    Returns:
        [steps, ..., nz].
    """
    t = steps.reshape(-1, *[1] * start.ndim)
    lengths = np.linalg.norm(start, axis=-1, keepdims=True) * np.linalg.norm(end, axis=-1, keepdims=True)
    omega = np.arccos(np.clip((start * end).sum(-1, keepdims=True) / lengths, -1, 1))
    sine = np.sin(omega)
    parallel = sine < 1e-6
    sine = np.where(parallel, 1.0, sine)
    arc = np.sin((1 - t) * omega) / sine * start + np.sin(t * omega) / sine * end
    return np.where(parallel, linear(start, end, steps), arc)
