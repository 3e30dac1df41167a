import sys
if sys.version_info >= (3, 0):
    from a import f
else:
    from b import f
def run(): return f()
