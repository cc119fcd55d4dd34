"""Sheets of plain tables as PDF, drawn by the lasting child, so that the office itself stays small."""

from flask import current_app

from printables.board import Sheet


def pdf(sheet: Sheet) -> bytes:
    """The sheet as a file. Raises DomainError ``child_died``."""
    return bytes(current_app.extensions["child"].call("printables.board_pdf:pdf", sheet))
