"""Edition and roster to paper, and paper back to codes: WeasyPrint renders, pikepdf stamps."""
