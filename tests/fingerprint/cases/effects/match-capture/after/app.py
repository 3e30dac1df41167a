def run():
    match [1, 2, 3]:
        case [a, *_]: return sorted(locals())
