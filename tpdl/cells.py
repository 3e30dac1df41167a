"""The results of several cells, each with the parameters that tell it from the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

Result = TypeVar("Result")


class Cells(dict[str, Result]):
    """What a step is passed of an experiment that has a matrix and no table: label -> the result of the cell.

    Examples:
        A figure over cells of arrays asks for parameters and arrays, not for labels:

        >>> runs = Cells({"lr=0.1": [3, 2]}, {"lr=0.1": {"lr": 0.1}})
        >>> for parameters, losses in runs.each():
        ...     print(parameters["lr"], losses[-1])
        0.1 2

    Cells that were not measured are not there.
    """

    def __init__(self, results: Mapping[str, Result], parameters: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(results)
        self.parameters = {label: dict(parameters[label]) for label in results}
        """Label -> the parameters of the cell that tell it from the others, as in the matrix."""

    def each(self) -> Iterator[tuple[dict[str, Any], Result]]:
        """The parameters and the result of each cell, in the order of the matrix."""
        for label, result in self.items():
            yield self.parameters[label], result
