from reg import Meta
class Vgg(metaclass=Meta):
    depth = 1
