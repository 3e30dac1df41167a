class C:
    def n(self):
        return 1


def run():
    return C().m()
