def load():
    global net
    from lib import small as net
def run():
    load()
    return net()
