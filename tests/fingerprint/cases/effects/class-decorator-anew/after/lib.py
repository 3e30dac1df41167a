def deco(c):
    c.z = 2
    return c
