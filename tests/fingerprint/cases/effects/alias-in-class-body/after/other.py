import lib
class C:
    T = lib.A
    T.append(2)
