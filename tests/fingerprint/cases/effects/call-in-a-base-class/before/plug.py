from tool import install
class C(install(1)): pass
