def _f(): return 1

