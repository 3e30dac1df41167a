from lib import register
@register
def b(): return 2
@register
def a(): return 1
