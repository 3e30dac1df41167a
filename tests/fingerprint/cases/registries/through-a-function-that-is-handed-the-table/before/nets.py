from reg import register
@register
def vgg(): return 1
