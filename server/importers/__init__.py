"""Turns files that schools have into rows and findings: bytes in, no database, no state, never an exception."""
