from base import Root, Mid
class Base(Mid): pass
