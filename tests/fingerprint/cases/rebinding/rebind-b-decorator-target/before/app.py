import shared, patch, third
def run(): return sorted(shared.OBJ)
