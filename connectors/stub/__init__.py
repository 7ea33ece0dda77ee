"""Stand-ins for the providers' servers: one aiohttp application that behaves as they do, lies included, and keeps a
ledger of what each person really received. For tests, rehearsals and `zhitui stub-channels`; nothing leaves loopback.

One file a provider, listed in app.py; what they share is ledger.py (the truth), faults.py (mishaps on demand),
windows.py (limits) and tokens.py.
"""
