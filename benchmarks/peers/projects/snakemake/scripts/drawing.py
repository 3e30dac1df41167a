"""The picture; `snakemake` is put here by the tool."""

from lib import tables
from lib.plots import curves_over_time

paths = zip(snakemake.params.rates, snakemake.input.tables, strict=True)  # noqa: F821
curves_over_time({rate: tables.read(path) for rate, path in paths}).savefig(snakemake.output[0])  # noqa: F821
