class E(ValueError): pass
