"""Softmax (multinomial logistic) regression with an L2 penalty."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from tpdl import UserError


def logistic_regression(
    features: np.ndarray, labels: np.ndarray, C: float = 1.0, seed: int = 0, tolerance: float = 1e-4
) -> LogisticRegression:
    """scikit-learn's multinomial `LogisticRegression`, solved by L-BFGS.

    Args:
        features: [images, components].
        labels: class indices [images].
        C: inverse regularisation strength.
        seed: ignored, as L-BFGS is deterministic; here so that it can be called as `linear_svm` is.
        tolerance: of the gradient's largest component.

    Raises:
        UserError: the solver did not converge.
    """
    machine = LogisticRegression(C=C, tol=tolerance, max_iter=2000, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return machine.fit(features, labels)
        except ConvergenceWarning as error:
            raise UserError(f"LogisticRegression with C={C} did not converge; choose a smaller C") from error
