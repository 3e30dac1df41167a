from lib import A
def run():
    a = A(); a.x
    return a.x
