import lib
class C:
    def __init__(self, n): lib.STATE.append(n)
