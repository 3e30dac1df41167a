def run(): return r"\n"
