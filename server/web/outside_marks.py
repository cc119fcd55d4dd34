"""Stub replaced below."""
from apiflask import APIBlueprint

blueprint = APIBlueprint("outside_marks", __name__, url_prefix="/journal/outside", enable_openapi=False)
