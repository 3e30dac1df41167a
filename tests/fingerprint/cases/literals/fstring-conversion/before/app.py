def run(): return f"{'a'!r}"
