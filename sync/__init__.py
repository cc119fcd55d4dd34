"""The portable forms of everything that travels: codes, editions, ops, signatures. No Flask, no SQLAlchemy."""
