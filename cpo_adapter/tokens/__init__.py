"""The tokens of other issuers: fetched from them, so that whatever was not pushed is known all the same."""
