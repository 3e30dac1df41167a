from lib import E
E.A.tag = 1
