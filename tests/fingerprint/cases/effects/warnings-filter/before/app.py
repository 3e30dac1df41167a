import warnings, patch
def run():
    try: warnings.warn("x"); return 0
    except UserWarning: return 1
