def run(): return __import__("lib").f()
