"""One cell of the sweep; `snakemake` is put here by the tool."""

from lib import model, tables

tables.write(snakemake.output[0], model.trajectory(float(snakemake.wildcards.rate)))  # noqa: F821
