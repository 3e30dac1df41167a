"""The constants of the project."""

RATES = [0.1, 0.2, 0.3]
