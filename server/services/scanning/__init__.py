"""Paper comes back through a scanner: every page finds its work by its own code, and the stack adds up."""
