import itertools
IT = itertools.count()
