class A:
    class B:
        x = 2
def run(): return A.B.x
