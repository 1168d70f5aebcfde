"""The processes of one adapter: who lives, which of them has which station, and asking those of another.

They meet in the database alone, on one machine or on several.
"""
