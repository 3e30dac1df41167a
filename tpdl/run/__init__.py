"""Carrying steps out.

`schedule` says when a step runs, `executors` where, `worker` carries out one of them, `products` and `pictures` keep
what it returns, `trace` finds out what it really executed, and `context` is what it can ask of tpdl meanwhile.
"""
