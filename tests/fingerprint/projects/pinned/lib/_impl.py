class Base:
    """Doc."""
class Net(Base, metaclass=type):
    width: int = 3
    depth: "float"
    def __getitem__(self, item: slice) -> object:
        """Doc."""
        return super().__getitem__(item)
    @property
    def size(self): return self.width
    @size.setter
    def size(self, value): self.width = value
TABLE = {}
def _register(name):
    def keep(function):
        TABLE[name] = function
        return function
    return keep
