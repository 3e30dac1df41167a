from tool import install
if install(1): pass
