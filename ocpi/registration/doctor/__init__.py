"""What is the matter with a partner: asked from where its calls are made, changing nothing there."""
