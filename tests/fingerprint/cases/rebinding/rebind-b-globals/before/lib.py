import shared
T = []
globals()["T"] = shared.OBJ
def add(x): T.append(x)
