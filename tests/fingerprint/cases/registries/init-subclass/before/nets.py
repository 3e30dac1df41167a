from reg import Net
class Vgg(Net):
    def depth(self): return 1
