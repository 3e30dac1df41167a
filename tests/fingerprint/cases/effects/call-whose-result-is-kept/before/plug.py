from tool import install
x = install(1)
