from lib import check
assert check(1)
