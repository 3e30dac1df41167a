"""The sweep, its reference and its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lib import model
from tpdl import experiment, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(matrix={"rate": [0.1, 0.2, 0.3]})
def trajectory(rate: float) -> pd.DataFrame:
    return pd.DataFrame(model.trajectory(rate))


@experiment()
def reference() -> pd.DataFrame:
    return pd.DataFrame(model.reference())


@figure(trajectory, caption="Growth.", alt="Three lines that rise, the steeper the higher the rate.")
def drawing(results: pd.DataFrame) -> Figure:
    from lib.plots import curves_over_time

    curves = {rate: rows.to_dict("records") for rate, rows in results.groupby("rate")}
    return curves_over_time(curves)
