kind = "a"
match kind:
    case "a": v = 2
    case _: v = 3
def run(): return v
