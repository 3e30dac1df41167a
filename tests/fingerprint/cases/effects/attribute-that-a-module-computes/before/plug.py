import tool
x = tool.a
