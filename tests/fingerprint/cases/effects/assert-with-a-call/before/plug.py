import tool
assert tool.a(1) is None
