import lib
class C:
    def __add__(self, n): lib.STATE.append(n)
c = C()
