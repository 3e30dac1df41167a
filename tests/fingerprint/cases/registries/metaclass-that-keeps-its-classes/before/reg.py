class Meta(type):
    known = {}
    def __init__(cls, n, *a): Meta.known[n] = cls
