from lib import TABLE

X = "x"


def vgg():
    return 1


TABLE["a"] = vgg
