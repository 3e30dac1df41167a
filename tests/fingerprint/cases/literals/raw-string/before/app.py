def run(): return "\n"
