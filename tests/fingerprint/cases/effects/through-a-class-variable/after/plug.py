import lib
class C: s = lib.STATE
C.s.append(2)
