def run():
    match [1, 2, 3]:
        case [a, *rest]: return sorted(locals())
