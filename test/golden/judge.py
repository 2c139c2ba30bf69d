"""
Golden values of the judge, computed by other means: with all votes jointly Gaussian, predictions are conditional means and
covariances of one large normal distribution (no weights, no closed form of theirs).

    python test/golden/judge.py        # writes judge.json
"""

import json
from pathlib import Path

import numpy as np

BLOCKS = [(0, 1), (1, 24), (25, 7), (32, 224)]
VARIANCES = dict(blocks=[4, 0.4, 0.2, 0.15], guild=0.3, joke=0.25)
GUILDS = ["a", "a", "a", "b", "b", "c"]
COUNT = 40

# The same formulas are in the test.
feature = lambda i, k: 1 if k == 0 else float(np.sin(i * 37.3 + k * 11.7 + i * k))
X = np.array([[feature(i, k) for k in range(256)] for i in range(COUNT + 5)])
X[:, 32:] *= np.abs(X[:, 32:]) > 0.9  # stems are mostly absent
y = np.array([1.5 * np.sin(i * 1.3) for i in range(COUNT)])
noise = np.array([1.4 / (1 + i % 4) for i in range(COUNT)])
guilds = [GUILDS[i % 6] for i in range(COUNT)]
new = [("a", COUNT), ("b", COUNT + 1), ("c", COUNT + 2), (None, COUNT + 3), ("a", COUNT + 4)]

prior = np.concatenate([np.full(size, v) for (_, size), v in zip(BLOCKS, VARIANCES["blocks"])])
all_guilds = guilds + [g for g, _ in new]
same = np.array([[1 + VARIANCES["guild"] * (g == h and g is not None or i == j) for j, h in enumerate(all_guilds)] for i, g in enumerate(all_guilds)])
K = (X * prior) @ X.T * same
C = K[:COUNT, :COUNT] + np.diag(noise + VARIANCES["joke"])
k = K[COUNT:, :COUNT]
mean = k @ np.linalg.solve(C, y)
covariance = K[COUNT:, COUNT:] - k @ np.linalg.solve(C, k.T)
evidence = -0.5 * (y @ np.linalg.solve(C, y) + np.linalg.slogdet(C)[1] + COUNT * np.log(2 * np.pi))
r = lambda a: np.round(a, 9).tolist()
golden = dict(
    variances=VARIANCES,
    guilds=[g for g, _ in new],
    mean=r(3 + mean),
    deviation=r(np.sqrt(np.diag(covariance))),
    between=r(covariance[0, 4]),
    evidence=r(evidence),
)
(Path(__file__).parent / "judge.json").write_text(json.dumps(golden) + "\n")
