from lib import TABLE
Y = [t[2] for t in TABLE]
