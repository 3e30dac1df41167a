def small(): return 1
def large(): return 2
