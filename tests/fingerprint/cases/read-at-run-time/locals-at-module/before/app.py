def f(): return 1
T = locals()
def run(): return T["f"]()
