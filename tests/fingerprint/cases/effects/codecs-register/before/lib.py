import codecs
def find(name):
    if name == "zork":
        return codecs.CodecInfo(lambda s, e="": (b"x", 1), None, name="zork")
codecs.register(find)
