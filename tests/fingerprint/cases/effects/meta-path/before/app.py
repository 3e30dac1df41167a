import lib
def run(): return len([f for f in __import__("sys").meta_path if type(f).__name__ == "F"])
