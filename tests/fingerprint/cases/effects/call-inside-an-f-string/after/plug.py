from tool import install
x = f'{install(2)}'
