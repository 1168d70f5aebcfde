"""The main job, shown: stations charge through the hub, and the issuer of the cards gets the bills."""
