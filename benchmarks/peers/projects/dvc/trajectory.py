"""One cell of the sweep."""

import sys

from lib import model, tables

rate = sys.argv[1]
tables.write(f"out/trajectory-{rate}.csv", model.trajectory(float(rate)))
