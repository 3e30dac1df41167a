def run(): return 255
