class A:
    class B:
        x = 1
def run(): return A.B.x
