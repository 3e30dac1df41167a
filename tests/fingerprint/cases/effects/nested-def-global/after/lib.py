N = 0
def setup():
    def inner():
        global N
        N = 2
    inner()
