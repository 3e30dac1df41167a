from base import Root, Mid
class Base(Root): pass
