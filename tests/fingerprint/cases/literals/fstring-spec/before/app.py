def run(): return f"{3.14159:.2f}"
