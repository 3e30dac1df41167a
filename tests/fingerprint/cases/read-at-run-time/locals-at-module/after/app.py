def f(): return 2
T = locals()
def run(): return T["f"]()
