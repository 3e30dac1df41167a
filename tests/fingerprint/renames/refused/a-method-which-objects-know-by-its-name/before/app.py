class C:
    def m(self):
        return 1


def run():
    return C().m()
