from tool import install
x = install(2)
