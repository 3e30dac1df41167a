from reg import register
def vgg(): return 1
kept = register(vgg)
