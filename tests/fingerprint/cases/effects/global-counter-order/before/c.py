N = 1
def up(k):
    global N
    N = N * k + k
