def names(): return ["f"] if "f" == "f" else []
