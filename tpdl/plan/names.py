"""What steps are called."""

from __future__ import annotations


def base_name(module: str, qualname: str) -> str:
    """What the steps of an experiment are called after: its folders below `experiments/`, then its function.

    >>> base_name("experiments.transfer.cuts", "layer_cut")
    'transfer/layer-cut'
    """
    return "/".join([*module.split(".")[1:-1], qualname]).replace("_", "-")
