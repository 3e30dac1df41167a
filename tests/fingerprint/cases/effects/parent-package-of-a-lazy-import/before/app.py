from lib import f
def run():
    import pkg.plug
    return f(1)
