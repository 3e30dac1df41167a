N = 4


def area(n=N):
    return n * N
