from base import Root
class B(Root): pass
