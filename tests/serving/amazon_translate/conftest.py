"""A running server, and Amazon's own client for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

KEY, SECRET = "AKIATESTTESTTESTTEST", "a-secret-that-nobody-knows"
ACCOUNT = "123456789012"
ROOT = Path(__file__).parents[3]


@dataclass
class Server:
    """The server as a process of its own, which may be killed and begun again."""

    folder: Path
    process: subprocess.Popen[str] | None = None
    port: int = 0
    books: Path = field(init=False)

    def __post_init__(self):
        self.books = self.folder / "buckets" / "books"
        (self.books / "in").mkdir(parents=True)
        (self.folder / "keys.toml").write_text(
            f'account = "{ACCOUNT}"\n[keys]\n{KEY} = "{SECRET}"\n'
        )

    def start(self):
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.serving.amazon_translate.running",
                str(self.folder),
                str(self.port),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.port = int(self.process.stdout.readline())

    def kill(self):
        """As `kill -9` does: the server alone, which cannot tell its workers."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.stdout.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, **changes):
        options = {
            "endpoint_url": self.url,
            "region_name": "eu-central-1",
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
            "config": Config(retries={"total_max_attempts": 1}),
        }
        return boto3.client("translate", **options | changes)

    def wait(self, job, until=("COMPLETED", "COMPLETED_WITH_ERROR", "FAILED", "STOPPED")):
        """A job's properties once it has come to one of these statuses."""
        client = self.client()
        for _ in range(1200):
            told = client.describe_text_translation_job(JobId=job)["TextTranslationJobProperties"]
            if told["JobStatus"] in until:
                return told
            time.sleep(0.05)
        raise AssertionError(f"it did not come to that: {told}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server):
    client = server.client()
    yield client
    client.close()
