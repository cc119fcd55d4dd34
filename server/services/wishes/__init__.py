"""Wishes about lessons that others must agree to, and the times at which everybody can come."""
