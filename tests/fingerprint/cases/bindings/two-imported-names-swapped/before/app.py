from lib import small as net, large as teacher
def run(): return net() - teacher()
