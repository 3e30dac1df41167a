"""The algorithms of the report, one a file, each named after its term in the literature."""
