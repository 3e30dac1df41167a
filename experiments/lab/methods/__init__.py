"""The algorithms of the lab, one a file."""
