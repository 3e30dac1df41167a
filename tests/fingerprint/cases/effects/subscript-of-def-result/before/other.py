from lib import TABLE
Y = [t[1] for t in TABLE]
