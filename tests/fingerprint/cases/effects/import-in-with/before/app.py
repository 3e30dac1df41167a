import contextlib
with contextlib.suppress(ImportError):
    from a import f
def run(): return f()
