try:
    import extra
except ImportError: extra = None
def run(): return extra is None
