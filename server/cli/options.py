"""Options that many commands have, under one name everywhere."""

import click

from server.cli.words import _

WHEN = "YYYY-MM-DD"
json_option = click.option("--json", "as_json", is_flag=True, help=_("one JSON document on standard output"))
as_option = click.option("--as", "login", default="", metavar="LOGIN", help=_("who did it"))
