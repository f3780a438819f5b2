"""What Oncall keeps on disk is private, and generated once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from oncall import data_dir


def test_folders_and_keys_are_their_owners_alone(tmp_path: Path):
    data_dir.secret_key(tmp_path / "data")
    data_dir.broker_folders(tmp_path / "data")

    modes = {str(path.relative_to(tmp_path)): oct(stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.rglob("*")}
    assert modes == {
        "data": "0o700",
        "data/secret_key": "0o600",
        "data/broker": "0o700",
        "data/broker/queue": "0o700",
        "data/broker/control": "0o700",
    }


def test_a_key_is_the_same_at_every_start(tmp_path: Path):
    first = data_dir.encryption_key(tmp_path)

    assert data_dir.encryption_key(tmp_path) == first
    assert Fernet(first).decrypt(Fernet(first).encrypt(b"text")) == b"text"


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(data_dir.secret_key, [tmp_path] * 64))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_file_in_the_way_is_reported(tmp_path: Path):
    (tmp_path / "data").touch()

    with pytest.raises(FileExistsError):
        data_dir.private_directory(tmp_path / "data")
