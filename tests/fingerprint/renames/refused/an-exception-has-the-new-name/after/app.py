new = 1


def run():
    try:
        {}[0]
    except KeyError as new:
        return str(new)
