from lib import STATE
class C:
    STATE['a'] = 2
