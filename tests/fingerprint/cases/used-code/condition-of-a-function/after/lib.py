if __debug__:
    def f(x): return 1
else:
    def f(x): return 2
