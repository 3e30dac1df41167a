import lib
lib.T.append(1)
X = list(lib.T)
lib.U.append(1)

def run(): return X
