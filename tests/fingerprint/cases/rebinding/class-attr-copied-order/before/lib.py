class A:
    n = 1
