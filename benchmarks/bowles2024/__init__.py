"""Row by row against the printed results of Bowles, Ahmed and Schuld (arXiv:2403.07059).

``python -m benchmarks.bowles2024`` reads their training and test rows and the digest of their
results from ``QML_DATA/bowles2024``, builds our estimator from each row's best hyper-parameters,
fits it with several seeds, and says which rows agree and which differ.
"""
