"""The domain-adversarial network as a picture: three parts, and what becomes of the gradients between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tpdl
from tpdl import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAPS = ((32, 12), (48, 4))
"""Channels and side after each convolution and its pooling. These sizes are those of `experiments.lab.nets.dann`, which
a picture cannot import, because it is drawn where there is no torch; a test compares them."""
FEATURES = 768
LABEL = (100, 100, 10)
"""Units of the label classifier's layers."""
DOMAIN = (100, 1)
SOURCE, TARGET, EXTRACTOR, CLASSIFIER, OPPONENT, REVERSAL = "C0", "C1", "C5", "C2", "C4", "C3"
"""Colours of the two data sets, of the three parts, and of the layer between."""
GRADIENT, REVERSED = r"$\partial L_y/\partial\theta_f$", r"$-\lambda\,\partial L_d/\partial\theta_f$"
"""What reaches the weights of the feature extractor."""


@figure(
    caption="DANN: one feature extractor serves a label classifier and works against a domain classifier. Forward "
    "(solid), images of both domains become features; the label classifier sees those of the source alone. Backward "
    "(dashed), the gradient of the label loss reaches the features as it is, and that of the domain loss times −λ: "
    "the domain classifier learns to tell the domains apart, the features to prevent it.",
    alt="A network with a fork. Images of MNIST and of MNIST-M enter a feature extractor of two convolutions, whose "
    "768 features lead to a label classifier, which names the digit, and, through a gradient reversal layer, to a "
    "domain classifier, which tells source from target. Dashed arrows lead back from both losses; the one from the "
    "domain loss is multiplied by minus lambda in the gradient reversal layer.",
)
def dann_diagram(*, narrow: bool = False) -> Figure:
    """The two domains, the three parts, the two losses, and the gradient reversal layer."""
    return _down() if narrow else _across()


def _across() -> Figure:
    """From left to right, for wide pages."""
    from experiments.lab.plots.diagram import arrow, arrow_key, canvas, digit, label

    fig, sheet = canvas(7.6, 3.62)
    up, middle, down, aside = 2.92, 1.98, 1.04, 0.1
    left, right, fork, back, parts = 1.33, 3.11, 3.3, 3.5, 3.75
    for y, words, shown, colour in (
        (middle + 0.55, "source,\nlabelled", "7", SOURCE),
        (middle - 0.55, "target,\nno labels", "4", TARGET),
    ):
        side = 1 if y > middle else -1
        digit(sheet, 0.48, y, 0.62, shown, colour, photograph=colour == TARGET)
        label(sheet, 0.48, y + 0.53 * side, words, 8)
        level = middle + 0.06 * side
        arrow(sheet, [(0.84, y), (1.06, y), (1.06, level), (left - 0.02, level)], colour)
    _extractor(sheet, (left + right) / 2, middle, right - left, 1.6)
    _classifier(sheet, 4.7, up, 1.9, "label classifier", LABEL, CLASSIFIER)
    _reversal(sheet, 4.16, down, 0.82, 0.8)
    _classifier(sheet, 5.5, down, 1.3, "domain classifier", DOMAIN, OPPONENT)
    _loss(sheet, 6.98, up, "which digit?", "L_y", "source only", CLASSIFIER)
    _loss(sheet, 6.98, down, "which domain?", "L_d", "both domains", OPPONENT)
    # To the label classifier, and back
    start, end = middle + 0.27, middle + 0.1
    arrow(sheet, [(right, start), (fork, start), (fork, up + aside), (parts, up + aside)])
    arrow(sheet, [(parts, up - aside), (back, up - aside), (back, end), (right + 0.03, end)], CLASSIFIER, dashed=True)
    arrow(sheet, [(5.65, up + aside), (6.38, up + aside)])
    arrow(sheet, [(6.4, up - aside), (5.67, up - aside)], CLASSIFIER, dashed=True)
    # To the domain classifier, and back through the reversal
    start, end = middle - 0.27, middle - 0.1
    arrow(sheet, [(right, start), (fork, start), (fork, down - aside), (parts - 0.01, down - aside)])
    arrow(sheet, [(parts, down + aside), (back, down + aside), (back, end), (right + 0.03, end)], REVERSAL, dashed=True)
    arrow(sheet, [(4.57, down - aside), (4.84, down - aside)])
    arrow(sheet, [(4.85, down + aside), (4.59, down + aside)], OPPONENT, dashed=True)
    arrow(sheet, [(6.15, down - aside), (6.38, down - aside)])
    arrow(sheet, [(6.4, down + aside), (6.17, down + aside)], OPPONENT, dashed=True)
    label(sheet, back + 0.1, middle + 0.16, GRADIENT, 10, ha="left")
    label(sheet, back + 0.1, middle - 0.16, REVERSED, 10, ha="left")
    arrow_key(sheet, 2.3, 0.17)
    return fig


def _extractor(sheet: Axes, x: float, y: float, width: float, height: float) -> None:
    """The two convolutions, and the features, in a box."""
    from experiments.lab.plots.diagram import block, box, label, maps

    box(sheet, x, y, width, height, "", EXTRACTOR)
    label(sheet, x, y + height / 2 - 0.17, "feature extractor", 8.5, weight="bold")
    for (channels, side), left in zip(MAPS, (x - 0.7, x - 0.1), strict=True):
        layer = maps(sheet, left, y, channels, side, EXTRACTOR, inches=1.75)
        label(sheet, layer.middle, y - height / 2 + 0.16, f"{channels} × {side}²", 8)
    features = block(sheet, x + 0.56, y, 0.85, 0.1, EXTRACTOR, flat=True)
    label(sheet, features.middle, y - height / 2 + 0.16, f"{FEATURES}", 8)


def _classifier(sheet: Axes, x: float, y: float, width: float, name: str, units: tuple[int, ...], colour: str) -> None:
    """A part of fully connected layers, each as long as it has units, in a box."""
    from experiments.lab.plots.diagram import block, box, label

    box(sheet, x, y, width, 1.12, "", colour)
    label(sheet, x, y + 0.4, name, 8.5, weight="bold")
    for i, count in enumerate(units):
        middle = x + (i - (len(units) - 1) / 2) * 0.45
        block(sheet, middle - 0.05, y - 0.03, max(0.05 * count**0.5, 0.1), 0.1, colour, flat=True)
        label(sheet, middle, y - 0.43, f"{count}", 8)


def _reversal(sheet: Axes, x: float, y: float, width: float, height: float) -> None:
    """The gradient reversal layer, which does nothing on the way forward."""
    from experiments.lab.plots.diagram import box, label

    box(sheet, x, y, width, height, "", REVERSAL, strength=0.3, line=1.8)
    label(sheet, x, y + 0.1, "gradient\nreversal", 8, weight="bold")
    label(sheet, x, y - 0.21, "× (−λ)", 9)


def _loss(sheet: Axes, x: float, y: float, question: str, symbol: str, seen: str, colour: str) -> None:
    """A loss: what is asked, and of which images."""
    from experiments.lab.plots.diagram import box, label

    box(sheet, x, y, 1.16, 0.56, f"{question}\nloss ${symbol}$", colour, 8.5, strength=0)
    label(sheet, x, y - 0.41, seen, 8)


def _down() -> Figure:
    """From the top to the bottom, for phones."""
    from experiments.lab.plots.diagram import arrow, arrow_key, canvas, digit, label

    fig, sheet = canvas(3.7, 6.98)
    middle, left, right, aside = 1.85, 0.92, 2.76, 0.1
    for x, words, shown, colour in (
        (left, "source, labelled", "7", SOURCE),
        (right, "target, no labels", "4", TARGET),
    ):
        digit(sheet, x, 6.4, 0.62, shown, colour, photograph=colour == TARGET)
        label(sheet, x, 6.85, words, 8)
        end = middle + (0.1 if x > middle else -0.1)
        arrow(sheet, [(x, 6.04), (x, 5.88), (end, 5.88), (end, 5.66)], colour)
    _extractor(sheet, middle, 4.9, 2.9, 1.5)
    _reversal(sheet, right, 3.28, 1.2, 0.7)
    _classifier(sheet, left, 2.08, 1.66, "label classifier", LABEL, CLASSIFIER)
    _classifier(sheet, right, 2.08, 1.66, "domain classifier", DOMAIN, OPPONENT)
    _loss(sheet, left, 0.93, "which digit?", "L_y", "source only", CLASSIFIER)
    _loss(sheet, right, 0.93, "which domain?", "L_d", "both domains", OPPONENT)
    # To the label classifier, and back
    arrow(sheet, [(left - aside, 4.15), (left - aside, 2.66)])
    arrow(sheet, [(left + aside, 2.64), (left + aside, 4.12)], CLASSIFIER, dashed=True)
    label(sheet, left + 0.2, 3.9, GRADIENT, 10, ha="left")
    # To the domain classifier, and back through the reversal
    arrow(sheet, [(right - aside, 4.15), (right - aside, 3.65)])
    arrow(sheet, [(right + aside, 3.63), (right + aside, 4.12)], REVERSAL, dashed=True)
    label(sheet, right + 0.17, 3.9, REVERSED, 10, ha="left")
    arrow(sheet, [(right - aside, 2.93), (right - aside, 2.66)])
    arrow(sheet, [(right + aside, 2.64), (right + aside, 2.91)], OPPONENT, dashed=True)
    for x, colour in ((left, CLASSIFIER), (right, OPPONENT)):
        arrow(sheet, [(x - aside, 1.52), (x - aside, 1.23)])
        arrow(sheet, [(x + aside, 1.21), (x + aside, 1.5)], colour, dashed=True)
    arrow_key(sheet, 0.3, 0.15)
    return fig


if __name__ == "__main__":
    tpdl.main(__file__)
