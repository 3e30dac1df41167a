from lib import show
@show.register
def _(x: int): return "int"
