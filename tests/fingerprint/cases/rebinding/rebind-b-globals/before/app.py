import shared, third
def run(): return shared.OBJ
