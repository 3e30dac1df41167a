"""Two helpers in one file: the sweep uses the one, the reference the other."""


def growth(value: float, rate: float) -> float:
    return value * (1 + rate)


def decay(value: float, rate: float) -> float:
    return value * (1 - rate)
