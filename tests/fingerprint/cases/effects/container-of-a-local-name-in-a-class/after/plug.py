class C:
    s = []
    s.append(2)
