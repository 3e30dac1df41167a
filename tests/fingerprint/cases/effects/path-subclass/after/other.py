import lib
Y = "".join([f"{lib.S('a')}"])
