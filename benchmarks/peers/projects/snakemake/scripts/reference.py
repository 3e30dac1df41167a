"""The reference; `snakemake` is put here by the tool."""

from lib import model, tables

tables.write(snakemake.output[0], model.reference())  # noqa: F821
