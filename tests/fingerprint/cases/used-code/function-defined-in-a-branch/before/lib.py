import os
if os.name:
    def f(x): return 1
else:
    def f(x): return 2
