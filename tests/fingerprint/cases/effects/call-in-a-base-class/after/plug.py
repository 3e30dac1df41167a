from tool import install
class C(install(2)): pass
