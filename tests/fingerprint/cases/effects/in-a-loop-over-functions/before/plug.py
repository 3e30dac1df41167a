import tool
for g in [tool.a]: g(1)
