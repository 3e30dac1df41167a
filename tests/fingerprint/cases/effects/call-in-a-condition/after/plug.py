from tool import install
if install(2): pass
