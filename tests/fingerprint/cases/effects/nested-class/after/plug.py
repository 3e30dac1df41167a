from tool import B
class C:
    class D(B): n = 2
