import lib
lib.U.append(1)
X = list(lib.T)
lib.T.append(1)

def run(): return X
