OBJ = {}
