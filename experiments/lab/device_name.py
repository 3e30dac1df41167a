"""What a record says about the device: `[tool.tpdl]` names these functions, and each step asks them at its end.

They import nothing: most steps never load torch.
"""

from __future__ import annotations

import sys


def device_name() -> str:
    """The graphics card, where torch is loaded and uses one, else "CPU".

    >>> device_name()
    'CPU'
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return "CPU"


def device_memory() -> int:
    """The most bytes of a graphics card's memory that torch has reserved in this process; 0 where it has used none.

    >>> device_memory()
    0
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        return int(torch.cuda.max_memory_reserved())
    return 0
