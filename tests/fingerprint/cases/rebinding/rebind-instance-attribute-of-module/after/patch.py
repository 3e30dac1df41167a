import lib
lib.OPTIONS = {**lib.OPTIONS, "f": 3}
