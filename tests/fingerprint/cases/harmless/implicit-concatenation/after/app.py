def run(): return "a" "b"
