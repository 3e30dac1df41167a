import shared, patch, lib
def run(): return shared.OBJ
