"""The sentences of the findings by code; a retired code is never used for something else."""

from flask_babel import lazy_gettext as _l

MESSAGES = {}
