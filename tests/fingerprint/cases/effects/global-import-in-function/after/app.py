def setup():
    global f
    from b import f
def run():
    setup()
    return f()
