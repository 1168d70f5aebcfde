"""Bills of CPOs at the issuer of the cards: checked, chained, disputed, exported and summed up."""
