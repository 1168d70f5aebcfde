"""Cards that stations know by themselves: the cache that they fill, and the list that is kept on them."""
