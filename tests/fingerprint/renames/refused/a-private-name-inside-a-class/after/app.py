def __helper():
    return 1


class C:
    def m(self):
        return __helper()


def run():
    return C().m()
