def run(): return open('table.txt').read()
