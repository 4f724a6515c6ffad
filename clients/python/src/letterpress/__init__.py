"""Letterpress's models and pictures in Python.

    import letterpress.modeling     # registers the model types with transformers
    import letterpress.strips       # reads strips of rendered text
"""
