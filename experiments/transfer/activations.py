"""What does the first convolution respond to (question 4)?"""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.transfer.photographs import photographs
from tpdl import Arrays, Images, Picture, Sheet, Tile, experiment, figure, summary

IMAGES = (1, 7, 13, 21)
"""Of the 25 photographs, counted from 0: two birds, a gorilla, a frying pan."""
SHOWN = 6
"""Feature maps of each image on the sheet."""


@experiment(data=["imagenet-25", "weights/{network}"], demo={"network": "tiny_squeezenet"}, local=True)
def activation_maps(network: str = "squeezenet1_1") -> Arrays:
    """Feature maps of all 25 photographs after the first convolution and its ReLU.

    Returns:
        "image", uint8 [images, side, side, 3]; "map", float32 [images, channels, height, width].
    """
    import numpy as np
    import torch

    from experiments.lab.data import imagenet
    from experiments.lab.nets.cuts import cuts, tapped
    from experiments.lab.nets.inputs import coloured
    from experiments.lab.nets.registry import build, image_size

    photographs, model = imagenet.load(), build(network)
    found: list[np.ndarray] = []
    take = lambda cut, output: found.append(output.clone().numpy())  # noqa: E731
    with torch.inference_mode(), tapped(model, cuts(network)[:1], take) as run:
        run(coloured(photographs.images, image_size(network)))
    return {"image": photographs.images, "map": np.concatenate(found)}


@experiment(inputs={"maps": activation_maps}, demo={"network": "tiny_squeezenet"})
def activations(maps: Arrays, network: str = "squeezenet1_1") -> pd.DataFrame:
    """One row for each channel: statistics of its feature maps over all photographs.

    `active` is the fraction of positions where it is above 0, and `mean` its mean. `brightness` and `edges` are its
    correlations, over all positions, with the brightness of the image and with the edge strength (Sobel) there.
    """
    import numpy as np

    from experiments.lab.methods.edges import brightness_and_edges

    responses = maps["map"]
    looks = np.stack([brightness_and_edges(image, responses.shape[-1]) for image in maps["image"]], axis=1)
    rows = []
    for channel in range(responses.shape[1]):
        values = responses[:, channel].ravel().astype(np.float64)
        alive = values.std() > 0
        bright, edges = (np.corrcoef(values, look.ravel())[0, 1] if alive else 0.0 for look in looks)
        rows.append(
            {"network": network, "channel": channel, "active": (values > 0).mean(), "mean": values.mean()}
            | {"brightness": bright, "edges": edges}
        )
    return pd.DataFrame(rows)


@experiment(inputs={"maps": activation_maps, "channels": activations})
def activation_pictures(maps: Arrays, channels: pd.DataFrame) -> Images:
    """Feature maps, as large as they are, of the channels that differ most, on some of the photographs.

    Each channel has its own scale, from 0 (black) to the 99th percentile over all photographs (white).
    """
    import numpy as np

    from experiments.lab.methods.edges import spread

    responses, pictures = maps["map"], {}
    for channel in spread(channels[["brightness", "edges"]].to_numpy(), SHOWN):
        scale = max(np.quantile(responses[:, channel], 0.99), 1e-9)
        for i in IMAGES:
            shown = np.round(255 * np.clip(responses[i, channel] / scale, 0, 1)).astype(np.uint8)
            pictures[f"{channel}-{i + 1}"] = Picture(shown, f"feature map of channel {channel}")
    return pictures


@figure(
    activations,
    photographs,
    activation_pictures,
    format="sheet",
    caption="The first layer keeps the layout of a photograph. Photographs, and "
    "their feature maps after the first convolution and its ReLU, each channel on its own scale: white is one of its "
    "strongest responses. The channels are chosen to differ as much as possible in what stands above them: their "
    "correlations with brightness and with the strength of edges.",
    alt="Four rows of a photograph and six grey maps of it. The maps keep the outlines of the photograph; some light "
    "up at edges, others in bright or in dark areas.",
)
def activations_sheet(results: pd.DataFrame, images: Images, maps: Images) -> Sheet:
    """A row for each image: itself, then its feature maps."""
    channels = list(dict.fromkeys(int(name.split("-")[0]) for name in maps))
    tiles, shown = [], list(images.values())
    for i in IMAGES:
        tiles += [Tile(shown[i]), *(Tile(maps[f"{channel}-{i + 1}"]) for channel in channels)]
    columns = ["photograph"]
    for channel, row in results.set_index("channel").loc[channels].iterrows():
        about = f"brightness {row['brightness']:+.1f}, edges {row['edges']:+.1f}".replace("-", "−")
        columns.append(f"**channel {channel}** {about}")
    return Sheet(tiles, columns=len(columns), column_labels=columns)


@summary(activations)
def activations_values(results: pd.DataFrame) -> dict:
    """How many channels respond to edges, to brightness or to darkness, and how many never respond."""
    edges, brightness = results["edges"], results["brightness"]
    return {
        "network": results["network"].iloc[0],
        "channels": len(results),
        "dead": (results["active"] == 0).sum(),
        "rarest": results["active"].min(),
        "active": results["active"].mean(),
        "edges": ((edges > 0.3) & (edges > brightness.abs())).sum(),
        "bright": ((brightness > 0.3) & (brightness >= edges)).sum(),
        "dark": ((brightness < -0.3) & (-brightness >= edges)).sum(),
        "neither": ((edges <= 0.3) & (brightness.abs() <= 0.3)).sum(),
        "strongest_edge": edges.max(),
        "strongest_brightness": brightness.max(),
    }


if __name__ == "__main__":
    tpdl.main(__file__)
