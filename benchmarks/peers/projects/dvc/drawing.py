"""The picture."""

from pathlib import Path

import yaml

from lib import tables
from lib.plots import curves_over_time

rates = yaml.safe_load(Path("params.yaml").read_text())["rates"]
curves_over_time({rate: tables.read(f"out/trajectory-{rate}.csv") for rate in rates}).savefig("out/drawing.png")
