import lib
class C:
    @property
    def p(self): lib.STATE.append(1)
    q = 1
c = C()
