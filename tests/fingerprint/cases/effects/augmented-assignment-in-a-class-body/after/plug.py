from lib import STATE
class C:
    STATE += [2]
