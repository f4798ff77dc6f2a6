"""Teaching: what a customer says to be understood better, and what comes of it."""

from eulalia.skills.teaching.skill import TeachingSkill

__all__ = ["TeachingSkill"]
