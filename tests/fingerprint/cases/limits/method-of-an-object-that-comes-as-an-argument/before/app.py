def run(net): return net.forward()
