"""Homes whose customers ask, are misheard and misunderstood, and react: the learning laboratory."""

from eulalia.learning.simulation.chain import Chain, Reading
from eulalia.learning.simulation.channel import Channel
from eulalia.learning.simulation.faults import Rates
from eulalia.learning.simulation.hearing import Heard, Hearing, Voice
from eulalia.learning.simulation.phrasebook import SimulationError
from eulalia.learning.simulation.simulation import Assistant, simulate
from eulalia.learning.simulation.world import World

__all__ = [
    "Assistant",
    "Chain",
    "Channel",
    "Heard",
    "Hearing",
    "Rates",
    "Reading",
    "SimulationError",
    "Voice",
    "World",
    "simulate",
]
