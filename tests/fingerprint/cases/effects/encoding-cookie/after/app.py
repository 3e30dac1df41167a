# -*- coding: latin-1 -*-
def run(): return "é"
