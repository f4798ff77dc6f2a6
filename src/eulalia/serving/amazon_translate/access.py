"""Who may use the server: access keys, in a file; and links to files, which anyone may follow."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eulalia.errors import EulaliaError

FILE = "keys.toml"
LINK_SECONDS = 1800
"""So long a link to a file is good, as Amazon's are."""
_ACCOUNT = "000000000000"


class AccessError(EulaliaError):
    """A file of keys that cannot be used."""


@dataclass(frozen=True)
class Access:
    """The account that everything belongs to, and the keys that may use it."""

    account: str
    """Twelve digits."""
    keys: Mapping[str, str]
    """Secret access keys by their ids."""

    def sign(self, path: str, now: float) -> str:
        """A path with a query that makes it good for LINK_SECONDS."""
        expires = int(now) + LINK_SECONDS
        return f"{path}?expires={expires}&signature={self._signature(path, expires)}"

    def is_signed(self, path: str, expires: str, signature: str, now: float) -> bool:
        """Whether a path came with a query that we gave it, which is still good."""
        if not re.fullmatch(r"\d{1,12}", expires) or int(expires) < now:
            return False
        expected = self._signature(path, int(expires)).encode()
        return hmac.compare_digest(expected, signature.encode())

    def _signature(self, path: str, expires: int) -> str:
        secret = hashlib.sha256("\n".join(["links", *sorted(self.keys.values())]).encode())
        return hmac.new(secret.digest(), f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def open_access(path: Path) -> Access:
    """The access that a file describes; made, with one new key, where there is no file.

    The file is TOML: `account`, twelve digits, and a table `[keys]` of secrets by their ids. Raises
    AccessError for a file that cannot be used.
    """
    if not path.exists():
        _write(path)
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccessError(f"{path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AccessError(f"{path} is no TOML: {error}.") from error
    account, keys = described.get("account", _ACCOUNT), described.get("keys")
    if not isinstance(account, str) or not re.fullmatch(r"\d{12}", account):
        raise AccessError(f"The account in {path} must be a text of twelve digits.")
    usable = isinstance(keys, dict) and all(
        re.fullmatch(r"\w{16,128}", key) and isinstance(secret, str) and len(secret) >= 16
        for key, secret in keys.items()
    )
    if not keys or not usable or set(described) - {"account", "keys"}:
        raise AccessError(
            f"{path} must have an account and a table [keys] of secrets, of 16 letters or more, by "
            "their ids, of 16 to 128 letters and digits; and nothing else."
        )
    return Access(account, keys)


def _write(path: Path) -> None:
    """A file with a key that nobody can guess, which only its owner may read."""
    key = "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    text = f'account = "{_ACCOUNT}"\n\n[keys]\n{key} = {json.dumps(secrets.token_urlsafe(30))}\n'
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(mode=0o600)
        temporary.write_text(text, encoding="utf-8")
        if not path.exists():
            temporary.rename(path)
    except OSError as error:
        raise AccessError(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)
