try:
    import pkg.f
except ImportError: pass
