ﬁ = 1
def run(): return ﬁ
