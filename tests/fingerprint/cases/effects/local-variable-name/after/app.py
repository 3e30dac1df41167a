def run():
    b = 1
    return sorted(locals())
