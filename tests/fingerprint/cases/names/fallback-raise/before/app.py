try:
    import fast as m
except ImportError:
    import slow as m
def run(): return m.f()
