from lib import register
@register
def b(): pass
