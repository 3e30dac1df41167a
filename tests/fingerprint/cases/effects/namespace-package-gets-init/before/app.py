from space.m import f
import space
def run(): return f(), hasattr(space, "x")
