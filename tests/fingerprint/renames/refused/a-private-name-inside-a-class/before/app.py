def _helper():
    return 1


class C:
    def m(self):
        return _helper()


def run():
    return C().m()
