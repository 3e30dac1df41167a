"""For the benchmark alone: what ran, with which result, and a pause to edit or kill in."""

import os
import time


def begin(*what: object) -> None:
    write("begin", what)
    time.sleep(float(os.environ.get("TOY_PAUSE", "0")))


def end(*what: object) -> None:
    write("end", what)


def write(event: str, what: tuple[object, ...]) -> None:
    if log := os.environ.get("TOY_LOG"):
        with open(log, "a") as file:
            file.write(f"{event} {what!r}\n")
