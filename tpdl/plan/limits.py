"""How long a step may take and how much memory it may use, as people write it: `90`, `"4GB"`, `"2 h"`.

Example:
    size("4GB"), seconds("1.5h")     # 4_000_000_000, 5400.0
"""

from __future__ import annotations

import math
import re

SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
TIMES = {"S": 1.0, "MIN": 60.0, "H": 3600.0, "D": 86400.0}


def size(value: object) -> int:
    """Bytes: a number of them, or text such as "512MB" and "4 GiB".

    >>> size("1.5 GB"), size(1024)
    (1500000000, 1024)

    Raises:
        ValueError: it is neither.
    """
    return int(_amount(value, SIZES, "B", "bytes, or text such as '4GB'"))


def seconds(value: object) -> float:
    """Seconds: a number of them, or text such as "90 s", "10min" and "2h".

    >>> seconds("10min"), seconds(0.5)
    (600.0, 0.5)

    Raises:
        ValueError: it is neither.
    """
    return _amount(value, TIMES, "S", "seconds, or text such as '10min' and '2h'")


def _amount(value: object, units: dict[str, float] | dict[str, int], unit: str, expected: str) -> float:
    number = 0.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    elif isinstance(value, str) and (found := re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*([a-zA-Z]*)", value.strip())):
        number = float(found[1]) * units.get((found[2] or unit).upper(), 0)
    if not 0 < number < math.inf:
        raise ValueError(f"{value!r} is not a number of {expected}")
    return number
