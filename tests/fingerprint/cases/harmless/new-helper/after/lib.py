def f(): return 1
def g(x, y=[1]): return x
class H:
    z = 3
    def m(self): return self.z
K = [i for i in range(3)]
