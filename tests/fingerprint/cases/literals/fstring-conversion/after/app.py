def run(): return f"{'a'!s}"
