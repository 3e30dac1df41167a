from reg import TABLE
def vgg(): return 1
TABLE['VGG'] = vgg
