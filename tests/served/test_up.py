"""`batchproof up` says in words what it cannot do, and leaves nothing behind however it ends."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from served.served_up import PROGRAM, free_port, own_environment


def run(home, *arguments):
    command = [str(PROGRAM), "up", *map(str, arguments)]
    return subprocess.run(
        command, env=own_environment(home), capture_output=True, text=True, check=False, timeout=120
    )


def refused(done):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def of_home(home):
    """Every process whose environment names this home folder."""
    found = []
    for one in Path("/proc").glob("[0-9]*/environ"):
        try:
            named = f"BATCHPROOF_HOME={home}".encode() in one.read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended
        if named:
            found.append(int(one.parent.name))
    return found


def begun(home):
    """Start `up` and return once its server and its worker run, long before they answer."""
    process = subprocess.Popen(
        [str(PROGRAM), "up", "--port", str(free_port())],
        env=own_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while len(of_home(home)) < 3 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(of_home(home)) >= 3
    return process


def test_a_port_that_is_taken(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(run(tmp_path, "--port", port))
    assert f"port {port}, which another program has" in said


def test_a_site_file_that_is_not_there(tmp_path):
    assert "no readable file" in refused(run(tmp_path, "--site", tmp_path / "none.yaml"))


def test_ctrl_c_stops_everything_and_a_second_one_does_it_at_once(tmp_path):
    process = begun(tmp_path)
    assert "another `batchproof up`" in refused(run(tmp_path, "--port", free_port()))
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Stopped." in said
    assert of_home(tmp_path) == []


def test_kill_9_leaves_no_orphan(tmp_path):
    process = begun(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    until = time.monotonic() + 30
    while of_home(tmp_path) and time.monotonic() < until:
        time.sleep(0.1)
    assert of_home(tmp_path) == []


@pytest.mark.parametrize("who", ["server", "worker"])
def test_a_child_that_ends_before_everything_is_up_ends_it_in_words(tmp_path, who):
    process = begun(tmp_path)
    module = {"server": "flows.server", "worker": "flows.worker"}[who]
    (child,) = [
        one
        for one in of_home(tmp_path)
        if module in Path(f"/proc/{one}/cmdline").read_text().split("\0")
    ]
    os.kill(child, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"the {who} ended (signal 9)" in said
    assert "Traceback" not in said
    assert of_home(tmp_path) == []
