"""Where drivers can charge: locations near a point or in a box, with live status and prices."""
