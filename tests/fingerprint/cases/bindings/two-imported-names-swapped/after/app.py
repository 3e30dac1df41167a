from lib import large as net, small as teacher
def run(): return net() - teacher()
