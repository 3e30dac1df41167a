N = 0
def up(k):
    global N
    N += k
