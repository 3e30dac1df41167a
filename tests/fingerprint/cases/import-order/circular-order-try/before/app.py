import a, b
def run(): return b.SEEN
