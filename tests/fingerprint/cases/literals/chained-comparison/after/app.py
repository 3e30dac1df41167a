def run(): return (1 < 3) > 2
