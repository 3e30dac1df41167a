import re
if (m := re.match("a(.)", "ac")):
    pass
def run(): return m[1]
