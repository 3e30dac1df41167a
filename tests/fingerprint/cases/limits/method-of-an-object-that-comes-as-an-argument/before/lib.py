class Net:
    def forward(self): return 1
