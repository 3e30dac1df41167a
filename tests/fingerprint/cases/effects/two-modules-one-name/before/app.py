from pkg.lib import f
def run(): return f()
