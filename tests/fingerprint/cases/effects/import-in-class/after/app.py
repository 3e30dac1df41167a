class C:
    from b import f
def run(): return C.f()
