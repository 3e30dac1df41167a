def run(): return True
