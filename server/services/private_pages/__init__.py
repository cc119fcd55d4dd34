"""Private pages: what a family reads with no login, sealed for its key alone, and how an address is renewed."""
