"""`python -m service` is the same as `zhitui`."""

from service.cli import main

main()
