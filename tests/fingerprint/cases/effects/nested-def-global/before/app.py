import lib
def run():
    lib.setup()
    return lib.N
