"""The stages of a request, a file for each; chain.py has their order."""
