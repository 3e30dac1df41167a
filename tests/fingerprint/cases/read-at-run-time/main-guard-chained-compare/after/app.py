x = 1
if __name__ == "__main__" != "z" or True: x = 2
def run(): return x
