import os
os.environ["QQ"] = "1"
