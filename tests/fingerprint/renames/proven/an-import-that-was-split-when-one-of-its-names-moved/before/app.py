def run():
    from lab.nets import MEAN, build

    return build(MEAN)
