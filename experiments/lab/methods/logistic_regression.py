"""Softmax regression with an L2 penalty: the probabilities of all classes at once, where the SVM has one machine for
each.
"""

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
        labels: [images] class indices.
        C: weight of the errors against the length of the weights.
        seed: without effect, L-BFGS has none; here so that classifiers can be exchanged.
        tolerance: of the gradient, largest component.

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
