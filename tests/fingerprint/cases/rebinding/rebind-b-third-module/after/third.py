import lib
lib.T["x"] = 1
