from reg import pure
@pure
def vgg(): return 1
