from tool import install
T = sorted([2], key=install)
