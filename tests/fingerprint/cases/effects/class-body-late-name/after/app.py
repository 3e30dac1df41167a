x = 1
class A:
    y = x
    x = 2
    z = x
def run(): return A.y, A.z
