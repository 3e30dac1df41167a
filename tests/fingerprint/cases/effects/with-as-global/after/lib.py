import contextlib
with contextlib.nullcontext(2) as x: pass
