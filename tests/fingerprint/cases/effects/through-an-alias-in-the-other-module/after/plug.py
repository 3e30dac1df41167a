from lib import SAME
SAME.append(2)
