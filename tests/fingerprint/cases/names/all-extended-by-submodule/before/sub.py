NAMES = ["f"]
