N = 0
def setup():
    def inner():
        global N
        N = 1
    inner()
