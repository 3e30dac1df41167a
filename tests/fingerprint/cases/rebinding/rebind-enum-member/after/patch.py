from lib import E
E.A.tag = 2
