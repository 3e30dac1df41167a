STATE = [0]
