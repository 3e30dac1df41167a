"""The lab's classifier: a linear support vector machine, one class against the rest."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from tpdl import UserError


def linear_svm(
    features: np.ndarray, labels: np.ndarray, C: float = 1.0, seed: int = 0, tolerance: float = 1e-6
) -> LinearSVC:
    """scikit-learn's `LinearSVC`, solved so precisely that its random order of the images does not show.

    The loss is the squared hinge loss.

        classifier = linear_svm(features, labels)
        accuracy = classifier.score(test_features, test_labels)

    Args:
        features: [images, components].
        labels: class indices [images].
        C: inverse regularisation strength.
        seed: of the order in which the solver visits the images.
        tolerance: of the solver. scikit-learn's default of 1e-4 leaves the third digit of decision values uncertain.

    Raises:
        UserError: the solver did not converge.
    """
    machine = LinearSVC(C=C, dual=True, tol=tolerance, max_iter=100_000, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return machine.fit(features, labels)
        except ConvergenceWarning as error:
            raise UserError(
                f"LinearSVC with C={C} did not converge; choose a smaller C or a larger tolerance"
            ) from error
