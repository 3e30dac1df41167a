from tool import C
x = C.install(2)
