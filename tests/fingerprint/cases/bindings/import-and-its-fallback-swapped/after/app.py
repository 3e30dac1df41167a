try:
    from b import f
except ImportError:
    from a import f
def run(): return f()
