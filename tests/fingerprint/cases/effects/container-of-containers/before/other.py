from lib import B
C, = B
C.append(1)
