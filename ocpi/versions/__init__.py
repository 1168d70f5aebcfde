"""Where versions meet: what partners of 2.2.1 and 2.1.1 say and hear, told in 2.3.0 within."""
