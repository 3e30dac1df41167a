def run(): return """a
"""
