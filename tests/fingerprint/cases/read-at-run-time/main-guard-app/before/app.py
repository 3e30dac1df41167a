x = 1
if __name__ == "app":
    x = 1
def run(): return x
