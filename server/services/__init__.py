"""One module per capability; each owns its transaction and never touches the request."""
