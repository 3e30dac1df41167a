from tool import install
T = sorted([1], key=install)
