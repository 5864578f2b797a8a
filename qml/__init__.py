"""Quantum classifiers, kernels, optimizers and the backends they run on.

The rooms, each depending only on those before it: `circuits`, `engine`, `backends`, `kernels`,
`optimizers`, `classifiers`, `diagnostics`.
"""
