"""The matrix: each supported Python, the oldest dependencies, both majors of the SDK, the site and the packages."""

from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests", "floors"]

PYTHONS = ["3.11", "3.12", "3.13"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on one Python."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11")
def floors(session: nox.Session) -> None:
    """Run the tests with the oldest attrs and cattrs that are supported."""
    session.install("-e", ".[test]", "attrs==25.4.0", "cattrs==25.3.0")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11")
def sdk5(session: nox.Session) -> None:
    """Run the tests of transports with the SDK's older major."""
    session.install("-e", ".[test]", "cohere<6")
    session.run("pytest", "tests/transports", *session.posargs)


@nox.session(python="3.11")
def spark(session: nox.Session) -> None:
    """Run the tests of the adapter for Spark: it takes Java 17."""
    session.install("-e", ".[test,spark]")
    session.run("pytest", "tests/spark", *session.posargs)


@nox.session(python="3.11")
def recipes(session: nox.Session) -> None:
    """Run the programs for other engines."""
    session.install("-e", ".[test,recipes]")
    session.run("pytest", "tests/recipes", *session.posargs)


@nox.session(python="3.11")
def site(session: nox.Session) -> None:
    """Build the site; a warning is an error."""
    session.install("-e", ".[docs]")
    session.run("sphinx-build", "-nW", "docs", "build/site")


@nox.session(python="3.11")
def packages(session: nox.Session) -> None:
    """Build the wheel and the source distribution; fold with each, installed from clean, and look at its types."""
    session.install("build", "hypothesis", "mypy")
    built = session.create_tmp()
    session.run("python", "-m", "build", "--outdir", built)
    for package in sorted(Path(built).glob("streamfold-*")):
        session.install("--force-reinstall", str(package))
        session.run("streamfold", "fold", "examples/weather_calls.sse")
        users = Path("tests/typed_api.py").resolve()
        with session.chdir(built):  # where no other streamfold is
            session.run("mypy", "--strict", "--cache-dir=/dev/null", str(users))
