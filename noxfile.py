"""``nox`` runs the tests on every supported Python that is installed here, ``nox -s release`` builds a release."""

from __future__ import annotations

import shutil

import nox

nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """Run the tests as ``make test`` does, with the pinned versions."""
    session.install("--constraint", "constraints.txt", "--editable", ".[dev]")
    session.install("--constraint", "constraints.txt", "--no-deps", "neurobench", "tqdm")
    session.run("spikeloom", "data", "fetch", "mnist")
    session.run("pytest", *session.posargs)


@nox.session
def release(session: nox.Session) -> None:
    """Build sdist and wheel into dist/, with the hashed tools of release/build.lock alone."""
    if session.run("git", "status", "--porcelain", external=True, silent=True):
        session.error("the tree is not as git has it: commit, or take away, what 'git status' shows")
    shutil.rmtree("dist", ignore_errors=True)
    session.install("--require-hashes", "--requirement", "release/build.lock")
    session.run("python", "-m", "build", "--no-isolation", "--outdir", "dist")
