import re
if (m := re.match("a(.)", "ab")):
    pass
def run(): return m[1]
