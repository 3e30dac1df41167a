class C:
    from a import f
def run(): return C.f()
