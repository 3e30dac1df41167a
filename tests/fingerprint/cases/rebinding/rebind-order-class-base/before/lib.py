class B: x = 1
class C: x = 2
