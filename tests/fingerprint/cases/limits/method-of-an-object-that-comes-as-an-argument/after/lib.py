class Net:
    def forward(self): return 2
