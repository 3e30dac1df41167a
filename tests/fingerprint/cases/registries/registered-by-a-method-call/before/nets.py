import reg
def vgg(): return 1
reg.TABLE.update(vgg=vgg)
