old = 1


def run():
    match [7]:
        case [new]:
            return old
