x = 1
if __name__ != "__main__":
    x = 1
def run(): return x
