import conf
if conf.FLAG:
    def f(): return 1
else:
    def f(): return 2
