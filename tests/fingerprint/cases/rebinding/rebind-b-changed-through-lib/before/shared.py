OBJ = {"a": 1}
