import sys
class F:
    def find_spec(self, *a): return None
sys.meta_path.append(F())
