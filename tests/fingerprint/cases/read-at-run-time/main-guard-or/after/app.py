x = 1
if __name__ == "__main__" or True:
    x = 2
def run(): return x
