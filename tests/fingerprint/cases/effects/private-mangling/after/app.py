class B:
    def __init__(self): self.__x = 1
C = B
def run(): return sorted(vars(C()))
