def run(): return "ab"
