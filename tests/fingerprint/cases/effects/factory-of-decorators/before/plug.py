from lib import register
@register('a')
def g(): return 1
