from base import Root
class Base(Root): pass
