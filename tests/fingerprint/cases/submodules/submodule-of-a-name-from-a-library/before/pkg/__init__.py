from math import floor
