import lib
class C:
    def __iter__(self):
        lib.STATE.append(1)
        return iter([])
c = C()
