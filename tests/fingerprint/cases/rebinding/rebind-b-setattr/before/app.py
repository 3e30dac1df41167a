import shared, patch, third
def run(): return shared.OBJ
