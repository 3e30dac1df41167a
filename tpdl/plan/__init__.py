"""What there is to do: the declared steps, what is on disk about them, and what follows from comparing the two.

project = Project.find(Path.cwd())
plan = read_plan(project, "full")          # declarations -> steps, in an order in which each comes after those it needs
facts = read_facts(plan)                   # the only look at the disk: records, hashes of sources, data and products
states = judge_all(plan, facts)            # pure: fresh, stale (why), stale upstream, missing, failed
names = stale(plan, select(plan, ["transfer"]), facts, states)
"""
