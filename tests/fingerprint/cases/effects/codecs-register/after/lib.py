import codecs
def find(name):
    if name == "zork":
        return codecs.CodecInfo(lambda s, e="": (b"y", 1), None, name="zork")
codecs.register(find)
