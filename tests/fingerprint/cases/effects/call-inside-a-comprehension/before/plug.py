from tool import install
x = [install(n) for n in [1]]
