"""How long every network takes up to each of its cuts, all of them measured side by side (questions 8 and 11)."""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.transfer.layer_cut import layer_cut
from tpdl import experiment, note, summary


@experiment(inputs={"curve": layer_cut}, demo={"rounds": 2})
def cut_times(curve: pd.DataFrame, images: int = 8, rounds: int = 15, seed: int = 0) -> pd.DataFrame:
    """One row for each measured cut of each network: milliseconds for an image, up to there.

    One forward pass of a batch of `images` gives the times of all cuts of a network. The networks take turns, on one
    thread of the processor (see `experiments.lab.methods.turns`). `milliseconds` is the median of `rounds`, `fastest`
    and `slowest` are their range, all in time of the processor; `idleness` is its ratio to that of the clock for the
    network. Weights and images are random, drawn from `seed`: what was learned does not change the arithmetic.
    """
    import numpy as np
    import torch

    from experiments.lab.methods.turns import in_turns
    from experiments.lab.nets.cuts import cuts, tapped
    from experiments.lab.nets.registry import build, image_size

    def pass_through(network: str):  # type: ignore[no-untyped-def]
        model = build(network, "random", seed).to(memory_format=torch.channels_last)
        side, random = image_size(network), torch.Generator().manual_seed(seed)
        pixels = torch.rand(images, 3, side, side, generator=random).contiguous(memory_format=torch.channels_last)
        measured = [cut for cut in cuts(network) if cut.name in set(curve.loc[curve["network"] == network, "cut"])]

        def run(mark) -> None:  # type: ignore[no-untyped-def]
            with torch.inference_mode(), tapped(model, measured, lambda cut, output: mark()) as forward:
                forward(pixels)

        return run

    took = in_turns({network: pass_through(network) for network in curve["network"].unique()}, rounds, warm_up=2)
    note(idleness=round(min(turns.idleness for turns in took.values()), 3))
    rows = []
    for network, turns in took.items():
        milliseconds = 1000 * turns.processor / images
        for place, (_, row) in enumerate(curve[curve["network"] == network].sort_values("index").iterrows()):
            rows.append(
                {"network": network, "index": row["index"], "cut": row["cut"]}
                | {"milliseconds": np.median(milliseconds[:, place]), "fastest": milliseconds[:, place].min()}
                | {"slowest": milliseconds[:, place].max(), "idleness": turns.idleness}
                | {"images": images, "rounds": rounds}
            )
    return pd.DataFrame(rows)


@summary(cut_times)
def cut_times_values(results: pd.DataFrame) -> dict:
    """How the times were taken, and those of each network: at its first cut, its last, and at each by name.

    `first_share` is the part of the time to the last measured cut that the first one takes. `idle`: in every network
    the processor's time is at least 95 % of the clock's, so hardly anything else ran. `largest_spread`: how far the
    slowest round is above the median, relative to it, at the last cut of the network where that is most.
    """
    by_network = {}
    for network, rows in results.groupby("network", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        by_network[network] = {
            "first": first["milliseconds"],
            "last": last["milliseconds"],
            "first_share": first["milliseconds"] / last["milliseconds"],
            "spread": last["slowest"] / last["milliseconds"] - 1,
            "cuts": dict(zip(rows["cut"], rows["milliseconds"], strict=True)),
        }
    return {
        "by_network": by_network,
        "images": results["images"].iloc[0],
        "rounds": results["rounds"].iloc[0],
        "idleness": results["idleness"].min(),
        "idle": bool(results["idleness"].min() >= 0.95),
        "largest_spread": max(about["spread"] for about in by_network.values()),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
