from reg import TABLE
def vgg(): return 2
TABLE['vgg'] = vgg
