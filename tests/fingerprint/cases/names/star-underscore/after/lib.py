def _f(): return 1
__all__ = ["_f"]
