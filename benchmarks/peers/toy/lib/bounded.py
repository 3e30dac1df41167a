"""A helper of the same name in another file, which nothing imports at first."""


def growth(value: float, rate: float) -> float:
    return value * (1 + rate) / (1 + value / 100)
