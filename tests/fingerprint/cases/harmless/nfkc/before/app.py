ﬁ = 1
def run(): return fi
