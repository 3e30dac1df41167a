from reg import register
class Net:
    width = 3
    @register
    def vgg(self): return 1
