from reg import register
def vgg(): return 2
kept = register(vgg)
