"""Carrying steps out.

`schedule` says when a step runs, `executors` where. `processes` gives it a process of its own, forked from a clean
parent (`forkserver`), watched over (`supervisor`, `descendants`), and importing the sources as they were (`snapshot`);
where nothing can be forked, a fresh `interpreter`. `worker` carries one step out, `products` and `pictures` keep what
it returns, `trace` and `imported` find out what it really used, and `context` is what it can ask of tpdl meanwhile.
"""
