"""The files in ``deploy/`` say what is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from aggregator.app.healthcheck import SECONDS
from aggregator.cli import cli
from aggregator.config.salvage import places
from tests.conftest import need

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
UNITS = [*SERVICES, *sorted((DEPLOY / "systemd").glob("*.timer"))]
COMPOSE = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text("utf-8"))
SERVICE = COMPOSE["services"]["aggregator"]
CONTAINERFILE = (DEPLOY / "container" / "Containerfile").read_text("utf-8")
WORKFLOW = yaml.safe_load((DEPLOY / "pages" / "workflow.yml").read_text("utf-8"))
DRAIN = 10.0
"""Seconds that the daemon takes at most to stop."""


def settings(unit: Path) -> dict[str, list[str]]:
    """Every setting of a unit, in order; what is set anew or added to is there several times."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in unit.read_text("utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[name].append(value)
    return found


def hardening(unit: Path) -> list[str]:
    text = unit.read_text("utf-8")
    return text[text.index("# What it may reach") :].partition("\n\n[")[0].splitlines()


def instruction(name: str) -> str:
    """What the last such line of the Containerfile says; lines that go on are joined."""
    joined = CONTAINERFILE.replace("\\\n", " ")
    *_, last = re.findall(rf"^{name} (.*)$", joined, re.MULTILINE)
    return " ".join(last.split())


def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = WORKFLOW["jobs"]["refresh"]["steps"]
    return found


def commands() -> dict[str, list[str]]:
    """Every command line of ours in these files, by where it stands."""
    found = {}
    for unit in SERVICES:
        (line,) = settings(unit)["ExecStart"]
        found[unit.name] = shlex.split(line)[1:]
    (cron,) = [line for line in (DEPLOY / "crontab").read_text("utf-8").splitlines() if line[0] != "#"]
    found["crontab"] = shlex.split(cron.partition("/aggregator ")[2])
    found["Containerfile"] = yaml.safe_load(instruction("CMD"))
    found["HEALTHCHECK"] = yaml.safe_load(instruction("HEALTHCHECK").partition(" CMD ")[2])[1:]
    found["compose.yaml"] = SERVICE["healthcheck"]["test"][2:]
    shell = (DEPLOY / "pages" / "state.sh").read_text("utf-8")
    shell += "\n".join(step.get("run", "") for step in steps())
    for number, line in enumerate(re.findall(r"^\s*aggregator (.+?)(?: \|\| .*)?$", shell, re.MULTILINE)):
        words = shlex.split(line.replace("$NEW_STORE", "--new-store"))
        found[f"shell {number}: {words}"] = words
    return found


def parse(group: click.Command, words: list[str], path: str = "aggregator") -> None:
    """Raise what click would tell the user; runs nothing."""
    with group.make_context(path, list(words), ignore_unknown_options=False) as context:
        rest = [*context._protected_args, *context.args]
        if isinstance(group, click.Group):
            name, command, rest = group.resolve_command(context, rest)
            assert command is not None
            parse(command, rest, f"{path} {name}")
        else:
            assert rest == []


@pytest.mark.parametrize("where", commands())
def test_every_command_with_its_options_is_there(where: str) -> None:
    parse(cli, commands()[where])


def test_the_files_use_these_commands_and_no_others() -> None:
    known = {*cli.list_commands(click.Context(cli)), "daemon"}
    names = {word for words in commands().values() for word in words}

    assert names & known == {"daemon", "refresh", "generate", "db", "healthcheck"}


# ── systemd ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_units_are_what_systemd_understands(tmp_path: Path) -> None:
    analyze = need("systemd-analyze")
    installed = Path(sys.executable).with_name("aggregator")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/aggregator/bin/aggregator", str(installed))
        (tmp_path / unit.name).write_text(text, "utf-8")

    ran = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in ran.stderr.splitlines() if str(tmp_path) in line or "aggregator" in line] == []
    assert ran.returncode == 0


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_services_may_do_little(unit: Path) -> None:
    analyze = need("systemd-analyze")

    ran = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=15", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_both_services_may_do_the_same() -> None:
    first, second = (hardening(unit) for unit in SERVICES)

    assert first == second
    assert "NoNewPrivileges=yes" in first
    assert "ProtectSystem=strict" in first


def test_the_daemon_is_told_to_stop_and_waited_for() -> None:
    told = settings(DEPLOY / "systemd" / "aggregator.service")

    assert told["Type"] == ["notify"]
    assert told["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert float(told["TimeoutStopSec"][0].removesuffix("s")) > DRAIN
    assert set(told["RestartPreventExitStatus"][0].split()) == {"2", "78"}
    assert told["WatchdogSec"]


def test_the_units_have_the_user_that_is_made_for_them() -> None:
    text = (DEPLOY / "systemd" / "aggregator.sysusers.conf").read_text("utf-8")
    (user,) = re.findall(r"^u (\S+) - .* (\S+)$", text, re.MULTILINE)

    assert user == ("aggregator", "/var/lib/aggregator")
    for unit in SERVICES:
        assert settings(unit)["User"] == ["aggregator"]
        assert settings(unit)["StateDirectory"] == ["aggregator"]
        assert settings(unit)["WorkingDirectory"] == ["%S/aggregator"]


def test_the_timer_comes_at_a_time_of_its_own_that_stays() -> None:
    told = settings(DEPLOY / "systemd" / "aggregator-refresh.timer")

    assert told["RandomizedDelaySec"]
    assert told["FixedRandomDelay"] == ["yes"]
    assert told["Persistent"] == ["yes"]
    assert (DEPLOY / "systemd" / "aggregator-refresh.service").exists()


# ── containers ────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_image_is_made_of_is_there_and_sent() -> None:
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]
    ignored = (DEPLOY / "container" / "Containerfile.dockerignore").read_text("utf-8").splitlines()

    assert copied
    assert all((ROOT / name).exists() for name in copied)
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)
    assert re.findall(r"^FROM .*?(\S+)$", CONTAINERFILE, re.MULTILINE) == ["build", "python:${PYTHON}-slim"]


def test_the_image_has_a_python_that_the_program_supports() -> None:
    ((major, minor),) = re.findall(r"^ARG PYTHON=(\d+)\.(\d+)$", CONTAINERFILE, re.MULTILINE)

    assert (int(major), int(minor)) >= (3, 11)


def test_the_container_is_nobody_who_can_write_nowhere_else() -> None:
    assert SERVICE["user"] == instruction("USER")
    assert "root" not in SERVICE["user"]
    assert not SERVICE["user"].startswith("0")
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert SERVICE["tmpfs"][0].startswith("/tmp:")  # noqa: S108 - the container's


def test_the_container_is_asked_where_it_listens(tmp_path: Path) -> None:
    ((name, value),) = re.findall(r"(AGGREGATOR__\w+)=(\S+)", instruction("ENV"))
    config = tmp_path / "aggregator.yaml"
    config.write_text("server: {listen: 'localhost:1'}\n")
    server = places(config, {name: value}).server
    ask = yaml.safe_load(instruction("HEALTHCHECK").partition(" CMD ")[2])

    assert server is not None
    assert server.host == "0.0.0.0"  # noqa: S104 - inside of the container
    assert ask == ["aggregator", "healthcheck", f"http://127.0.0.1:{server.port}/-/healthy"]
    assert SERVICE["healthcheck"]["test"] == ["CMD", *ask]
    assert instruction("EXPOSE") == str(server.port)
    assert SERVICE["ports"] == [f"127.0.0.1:8080:{server.port}"]


def test_the_healthcheck_outlasts_its_own_limit() -> None:
    assert float(SERVICE["healthcheck"]["timeout"].removesuffix("s")) > SECONDS
    assert f"--timeout={SERVICE['healthcheck']['timeout']}" in instruction("HEALTHCHECK")


def test_the_container_keeps_what_a_site_keeps() -> None:
    folders = [volume.split(":")[1] for volume in SERVICE["volumes"]]

    assert folders == [f"{instruction('WORKDIR')}/{name}" for name in ("config", "seeds", "var", "feeds")]
    assert {volume.split(":")[0] for volume in SERVICE["volumes"]} - {"./config", "./seeds"} == set(
        COMPOSE["volumes"]
    )
    assert all(folder in CONTAINERFILE for folder in folders)


def test_the_container_has_time_to_stop() -> None:
    assert SERVICE["stop_signal"] == instruction("STOPSIGNAL") == "SIGTERM"
    assert float(SERVICE["stop_grace_period"].removesuffix("s")) > DRAIN


def test_the_image_is_built_from_this_checkout() -> None:
    build = SERVICE["build"]
    context = (DEPLOY / "container" / build["context"]).resolve()

    assert context == ROOT.resolve()
    assert (context / build["dockerfile"]).read_text("utf-8") == CONTAINERFILE


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_store_is_restored_before_and_kept_after_and_only_then_is_published() -> None:
    order = [step.get("run") or step["uses"] for step in steps()]

    def place(part: str) -> int:
        (found,) = [number for number, text in enumerate(order) if part in text]
        return found

    restored = [place(part) for part in ("actions/checkout", "cache/restore", "state.sh restore")]
    worked = [place(part) for part in ("aggregator refresh", "generate --all")]
    kept = [place(part) for part in ("state.sh save", "cache/save", "upload-pages-artifact")]
    assert [*restored, *worked, *kept] == sorted([*restored, *worked, *kept])
    assert WORKFLOW["jobs"]["publish"]["needs"] == "refresh"


def test_nothing_of_the_workflow_goes_on_after_a_failure() -> None:
    careless = [step.get("name") for step in steps() if step.get("continue-on-error") or "if" in step]

    assert careless == ["keep it once more"]


def test_the_workflow_may_do_little_and_never_twice_at_once() -> None:
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW["jobs"]["refresh"]["permissions"] == {"contents": "write"}
    assert WORKFLOW["jobs"]["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert WORKFLOW["concurrency"] == {"group": "feeds", "cancel-in-progress": False}


def test_the_workflow_uses_what_state_sh_reads() -> None:
    shell = (DEPLOY / "pages" / "state.sh").read_text("utf-8")
    read = dict(re.findall(r"\$\{(STATE_\w+):-([^}]+)\}", shell))

    assert WORKFLOW["env"] == read
    assert {step["with"]["path"] for step in steps() if "cache/" in step.get("uses", "")} == {
        "${{ env.STATE_SPARE }}"
    }


def test_a_new_store_is_only_for_who_asks_for_it() -> None:
    asked = WORKFLOW[True]["workflow_dispatch"]["inputs"]["new_store"]  # YAML 1.1 reads `on` as true

    assert asked["default"] is False
    given = [step["env"]["NEW_STORE"] for step in steps() if "NEW_STORE" in step.get("run", "")]
    assert given == ["${{ inputs.new_store && '--new-store' || '' }}"] * 2


# ── docs ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_file_is_explained() -> None:
    told = (ROOT / "docs" / "running.md").read_text("utf-8")
    files = [path.relative_to(ROOT).as_posix() for path in DEPLOY.rglob("*") if path.is_file()]

    assert [path for path in files if f"`{path}`" not in told] == []
    assert [path for path in re.findall(r"`(deploy/[^`\s]+)`", told) if not (ROOT / path).exists()] == []
