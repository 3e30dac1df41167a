N = 1
def run():
    global N
    N -= 1
    return N
