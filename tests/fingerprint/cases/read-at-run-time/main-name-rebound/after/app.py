__name__ = "__main__"
x = 1
if __name__ == "__main__":
    x = 2
def run(): return x
