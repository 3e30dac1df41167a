def run():
    a = 1
    return sorted(locals())
