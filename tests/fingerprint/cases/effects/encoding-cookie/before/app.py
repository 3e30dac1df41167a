# -*- coding: utf-8 -*-
def run(): return "é"
