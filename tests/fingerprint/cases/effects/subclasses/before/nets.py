from reg import Net
class Vgg(Net):
    depth = 1
