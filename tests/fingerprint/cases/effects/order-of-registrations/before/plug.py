from lib import register
@register
def a(): return 1
@register
def b(): return 2
