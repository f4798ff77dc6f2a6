"""What the assistant can do, one file per skill."""

from eulalia.skills.registry import find
from eulalia.skills.skill import Reply, Request, Skill, SkillError
from eulalia.skills.templates import TemplateSkill

__all__ = ["Reply", "Request", "Skill", "SkillError", "TemplateSkill", "find"]
