x = 1
def run(): return f"{x}"
