from tpdl import experiment
from experiments.base import ALT, TINY
NETWORKS: list[str] = ["vgg16"] + [TINY]
START = 1.0
@experiment()
def gram() -> "tpdl.Arrays": ...
@experiment()
def other() -> dict: ...
