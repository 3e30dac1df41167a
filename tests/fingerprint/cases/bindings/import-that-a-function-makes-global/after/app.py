def load():
    global net
    from lib import large as net
def run():
    load()
    return net()
