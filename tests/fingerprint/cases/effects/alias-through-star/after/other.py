from lib import *
A.append(2)
