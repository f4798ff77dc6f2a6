"""Translation in which what people wrote in like places has a say at every step.

Khandelwal et al.: Nearest Neighbor Machine Translation (2021), with a small store for each sentence
as in Dai et al.: Simple and Scalable Nearest Neighbor Machine Translation (2023).
"""

from eulalia.translation.neighbours.translator import NeighbourTranslator

__all__ = ["NeighbourTranslator"]
