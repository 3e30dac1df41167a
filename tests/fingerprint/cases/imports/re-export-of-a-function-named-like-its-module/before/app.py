from pkg import gram
def run(): return gram(1)
