from tool import overload
@overload
def g(): return 1
