import os
if os.name == 'x':
    from b import f
else:
    from a import f
def run(): return f()
