x = 1
if "__main__" == __name__ == "b": x = 3
def run(): return x
