"""How it is drawn."""

from matplotlib.figure import Figure

from lib.trace import begin, end

MARKER = "o"


def curves_over_time(curves: dict[float, list[dict]]) -> Figure:
    begin("drawing")
    picture = Figure()
    axes = picture.subplots()
    for rate, rows in curves.items():
        times, values = [row["time"] for row in rows], [row["value"] for row in rows]
        axes.plot(times, values, marker=MARKER, label=str(rate))
    axes.legend()
    end("drawing", MARKER, [(rate, [row["value"] for row in rows]) for rate, rows in curves.items()])
    return picture
