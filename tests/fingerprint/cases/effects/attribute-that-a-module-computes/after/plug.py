import tool
x = tool.b
