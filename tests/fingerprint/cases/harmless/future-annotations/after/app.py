from __future__ import annotations
def run(x: int = 1): return x
