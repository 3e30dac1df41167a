class C:
    s = []
    s.append(1)
