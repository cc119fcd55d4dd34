"""`python -m server.cli` is the command `korablik`."""

from server.cli import main

main()
