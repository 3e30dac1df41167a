import setup_alias
import fake
def run(): return fake.f()
