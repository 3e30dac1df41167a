class C:
    s = []
    from lib import STATE as s
    s.append(2)
