"""A look at the machine before the hall fills: `python3 scripts/doctor.py`.

``facts`` gathers what the machine tells, ``checks`` judges it and knows nothing of the machine, ``versions``
is the table of what is too old.
"""
