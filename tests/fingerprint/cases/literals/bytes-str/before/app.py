def run(): return "a"
