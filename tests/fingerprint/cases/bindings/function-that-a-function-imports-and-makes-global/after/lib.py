def small(): return 3
def large(): return 2
