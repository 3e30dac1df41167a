x = 1
if "__main__" == __name__ == "a": x = 3
def run(): return x
