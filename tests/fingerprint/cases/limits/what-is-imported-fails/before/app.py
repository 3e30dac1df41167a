from lib import f
def run(): return f()
