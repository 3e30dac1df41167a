def names(): return ["g"] if "g" == "f" else []
