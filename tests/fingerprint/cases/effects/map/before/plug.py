from tool import install
x = list(map(install, [1]))
