def run(): return repr(...)
