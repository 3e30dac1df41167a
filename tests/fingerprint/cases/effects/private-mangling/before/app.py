class A:
    def __init__(self): self.__x = 1
C = A
def run(): return sorted(vars(C()))
