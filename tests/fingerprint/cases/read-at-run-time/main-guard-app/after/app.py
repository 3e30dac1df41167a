x = 1
if __name__ == "app":
    x = 2
def run(): return x
