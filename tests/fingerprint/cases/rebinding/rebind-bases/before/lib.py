class Z: x = 0
class A(Z): pass
