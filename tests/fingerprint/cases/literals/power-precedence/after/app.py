def run(): return (-2) ** 2
