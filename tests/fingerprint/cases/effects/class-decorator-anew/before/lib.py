def deco(c):
    c.z = 1
    return c
