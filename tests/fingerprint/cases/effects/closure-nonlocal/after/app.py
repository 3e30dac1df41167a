def make():
    n = 0
    def up():
        m = n + 1
        return n
    return up
def run():
    u = make(); u()
    return u()
