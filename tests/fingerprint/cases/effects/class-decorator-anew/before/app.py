from lib import deco
@deco
class A: pass
def run(): return A.z
