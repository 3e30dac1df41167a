import contextlib
with contextlib.suppress(ImportError):
    from b import f
def run(): return f()
