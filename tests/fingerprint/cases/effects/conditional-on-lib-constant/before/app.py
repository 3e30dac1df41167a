from conf import FAST
if FAST:
    from a import f
else:
    from b import f
def run(): return f()
