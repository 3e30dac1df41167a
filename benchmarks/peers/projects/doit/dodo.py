"""The sweep, its reference and its picture."""

from config import RATES
from doit.tools import config_changed

SOURCES = ["lib/model.py", "lib/curves.py"]


def task_trajectory():
    for rate in RATES:
        yield {
            "name": str(rate),
            "actions": [f"python trajectory.py {rate}"],
            "file_dep": ["trajectory.py", *SOURCES],
            "targets": [f"out/trajectory-{rate}.csv"],
        }


def task_reference():
    return {
        "actions": ["python reference.py"],
        "file_dep": ["reference.py", *SOURCES],
        "targets": ["out/reference.csv"],
    }


def task_drawing():
    return {
        "actions": ["python drawing.py"],
        "file_dep": ["drawing.py", "lib/plots.py", *(f"out/trajectory-{rate}.csv" for rate in RATES)],
        "uptodate": [config_changed({"rates": RATES})],
        "targets": ["out/drawing.png"],
    }
