"""The operator's stations: where they are, who is connected, how they do, what partners see of them."""
