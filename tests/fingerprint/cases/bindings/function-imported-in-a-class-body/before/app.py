class C:
    from lib import small as net
def run(): return C.net()
