from lib import f
def run():
    import plug
    return f(1)
