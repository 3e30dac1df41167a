import lib
D = {"k": lib.T}
D["k"] += [2]
