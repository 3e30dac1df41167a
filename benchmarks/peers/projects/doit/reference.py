"""The reference."""

from lib import model, tables

tables.write("out/reference.csv", model.reference())
