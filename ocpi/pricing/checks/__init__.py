"""The checks of an audit, one subject a file. Each looks at a `Subject` and adds what it finds.

Sources: 2.3.0 mod_cdrs; what hubs and clearing houses refuse or hold back.
"""
