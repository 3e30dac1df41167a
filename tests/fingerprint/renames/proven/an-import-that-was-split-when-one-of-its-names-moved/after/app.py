def run():
    from lab.constants import MEAN
    from lab.nets import build

    return build(MEAN)
