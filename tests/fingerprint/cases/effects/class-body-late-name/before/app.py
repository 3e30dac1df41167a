x = 1
class A:
    y = x
    
    z = x
def run(): return A.y, A.z
