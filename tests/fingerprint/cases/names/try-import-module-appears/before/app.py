def run():
    try:
        import extra
        return extra.g
    except ImportError: return 0
