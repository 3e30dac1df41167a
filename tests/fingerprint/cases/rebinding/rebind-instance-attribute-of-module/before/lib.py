OPTIONS = {"f": 1}
def go(): return OPTIONS["f"]
