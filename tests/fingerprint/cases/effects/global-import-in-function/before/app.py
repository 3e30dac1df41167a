def setup():
    global f
    from a import f
def run():
    setup()
    return f()
