"""What there is to do: the declared steps, what is on disk about them, and what follows from comparing the two.

Example:
    project = Project.find(Path.cwd())
    plan = read_plan(project, "full")          # declarations -> steps, each after those that it needs
    facts = read_facts(plan)                   # the only look at the disk: records, hashes of code, data and products
    states = judge_all(plan, facts)            # pure: fresh, stale (why), stale upstream, missing, failed
    names = stale(plan, select(plan, ["transfer"]), facts, states)
"""
