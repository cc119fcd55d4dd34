"""Edition and roster to paper, and paper back to codes: WeasyPrint lays sheets out, packs are stamped onto them."""
