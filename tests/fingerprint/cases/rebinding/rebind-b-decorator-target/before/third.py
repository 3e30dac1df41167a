from lib import register
@register
def a(): pass
