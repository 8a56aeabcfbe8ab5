"""Live news: who is connected, which events there are, and the one function that sends them.

The only home of flask_socketio. Knows neither the store nor the routes.
"""
