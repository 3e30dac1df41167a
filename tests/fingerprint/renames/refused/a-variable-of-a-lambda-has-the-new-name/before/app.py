def old(x):
    return x


def run():
    return (lambda new: old(1))(str)
