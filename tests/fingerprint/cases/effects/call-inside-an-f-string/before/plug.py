from tool import install
x = f'{install(1)}'
