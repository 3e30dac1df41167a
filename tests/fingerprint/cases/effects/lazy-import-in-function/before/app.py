def run():
    from lib import f
    return f()
