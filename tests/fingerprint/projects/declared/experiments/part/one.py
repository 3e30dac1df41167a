from __future__ import annotations
import tpdl
from tpdl import experiment, figure as draw, summary
from experiments.shared import NETWORKS, gram
import experiments.shared as shared

FIRST = {"n": 3, "rates": (0.1, 1e-3)}

@experiment(matrix={"network": [*NETWORKS, "tiny"]}, demo=FIRST | {"n": -2 ** 3}, inputs={"gram": gram, "x": shared.other},
            data=["15-scene", "weights/{network}"], local=not True)
def layer_cut(network: str, gram, x, C: float = shared.START, *, seed: int = 0) -> pd.DataFrame:
    return None

@draw(layer_cut, shared.gram, caption="One " "line", alt=shared.ALT)
def curve(results, gram, size=(3, 4)) -> matplotlib.figure.Figure: ...

@tpdl.summary(layer_cut)
def values(results) -> dict[str, float]: ...

@experiment()
def nothing(): ...

def helper(): ...
