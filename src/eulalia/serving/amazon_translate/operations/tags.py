"""Operations on the tags of resources, with the members that Amazon's reference gives them."""

from __future__ import annotations

from eulalia.serving.amazon_translate.operations.call import Call, Values, labels
from eulalia.translation.resources import tags
from eulalia.translation.resources.errors import NotFoundError, ParameterError


def tag_resource(values: Values, call: Call) -> Values:
    """TagResource: add tags, or give them new values."""
    tags.tag(call.store, _resource(values, call), labels(values))
    return {}


def untag_resource(values: Values, call: Call) -> Values:
    """UntagResource: remove tags by their keys."""
    tags.untag(call.store, _resource(values, call), values["TagKeys"])
    return {}


def list_tags(values: Values, call: Call) -> Values:
    """ListTagsForResource: all tags of a resource."""
    found = tags.tags(call.store, _resource(values, call))
    return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}


def _resource(values: Values, call: Call) -> str:
    """The resource that an ARN names."""
    arn: str = values["ResourceArn"]
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != "translate":
        raise ParameterError(f"{arn!r} is no ARN of a resource of translate.")
    if parts[4] != call.access.account:
        raise NotFoundError(f"There is no resource {arn}.")
    return parts[5].removesuffix("/LATEST")
