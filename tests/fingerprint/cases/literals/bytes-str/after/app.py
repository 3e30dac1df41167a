def run(): return b"a"
