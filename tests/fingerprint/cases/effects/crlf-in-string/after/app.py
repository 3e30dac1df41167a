def run(): return """a
# """
