import b, a
def run(): return b.SEEN
