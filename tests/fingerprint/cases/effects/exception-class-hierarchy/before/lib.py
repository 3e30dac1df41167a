class E(KeyError): pass
