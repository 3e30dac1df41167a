import os
if os.name == 'x':
    from a import f
else:
    from b import f
def run(): return f()
