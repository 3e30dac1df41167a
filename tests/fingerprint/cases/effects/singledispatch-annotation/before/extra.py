from lib import show
@show.register
def _(x: str): return "int"
