"""Which bills an invoice covers, told by whoever writes the invoice to whoever has to pay it."""
