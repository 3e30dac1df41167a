import lib
def run(): return "a".encode("zork").decode()
