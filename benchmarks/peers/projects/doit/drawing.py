"""The picture."""

from config import RATES

from lib import tables
from lib.plots import curves_over_time

curves_over_time({rate: tables.read(f"out/trajectory-{rate}.csv") for rate in RATES}).savefig("out/drawing.png")
