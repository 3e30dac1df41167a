N = 1
def up():
    global N
    N = 2
