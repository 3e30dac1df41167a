try:
    from a import f
except ImportError:
    from b import f
def run(): return f()
