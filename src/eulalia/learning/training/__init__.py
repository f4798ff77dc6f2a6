"""Fitting of what learning ships."""
