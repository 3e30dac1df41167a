from lib import *
A.append(1)
