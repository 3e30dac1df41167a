OBJ = []
