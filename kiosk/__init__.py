"""An offline voting and survey kiosk for public meetings."""
