import contextlib
with contextlib.nullcontext(1) as x: pass
