from other import len
def f(): return len([1])
