"""Kernels and variational models under examination, and what is to be said of them."""
