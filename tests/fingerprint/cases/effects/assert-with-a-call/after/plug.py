import tool
assert tool.a(2) is None
