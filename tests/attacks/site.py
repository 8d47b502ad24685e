"""A real site with everything that guards it: keys, log, witness, time-stamp authority.

One batch is judged there twice, honestly. Beside it stands an insider who holds every key of the
site, with a log of their own; another who goes on in the site's log by a strategy of their own;
and the same batch on a day on which the equipment did not answer, a
package without readings, on which edits of records are tried in half the time.
"""

import shutil
import struct
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from contracts.again import READERS
from contracts.criterion import Stage
from contracts.errors import UnavailableError
from contracts.evidence import digest_of
from contracts.tlog_note import ED25519, VerifierKey
from flows.plant import running_plant
from tasks import reading
from tasks.approving import approved_facts
from tasks.collect import collect_source, file_collection
from tasks.desk import Folders, open_desk
from tasks.evaluate import evaluate_collection
from tasks.key_places import KeyPlaces
from tasks.log_tiles import write_tiles
from tasks.outsiders import trusted_outside
from tasks.package import assemble_evaluation
from tasks.sealing import evaluation_log
from tasks.windows import equipment_windows

ROOT = Path(__file__).parents[2]
BATCH = "AAV-26-0002"
"""Not ready: full capsids of 64.8 % failed and a retest gave 73.1, and an excursion of pressure."""


@contextmanager
def desk_at(site_file, home, strategies=None):
    ledger = f"sqlite:///{home / 'ledger.sqlite'}"
    folders = Folders(home, home / "packages", strategies)
    desk = open_desk(site_file, ledger, folders, KeyPlaces())
    with desk.ledger:
        yield desk


@contextmanager
def witness_of(desk, folder):
    """Run the witness of a desk's log, and yield the lines that the site file needs for it."""
    folder.mkdir()
    key = desk.keys.log()
    (folder / "logs.txt").write_text(f"{VerifierKey(key.name, ED25519, key.public)}\n")
    command = [sys.executable, "-m", "flows.witness", "--keys", str(folder / "logs.txt")]
    command += ["--state", str(folder / "witness.json"), "--name", "witness.example/w1"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        vkey, address = (process.stdout.readline().strip() for _ in range(2))
        yield f'witness: {{url: "{address}", key: "{vkey}"}}\n'
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def prepare(folder):
    """Make everything that the attacks need, below one folder."""
    honest, insider, silent = (folder / name for name in ("honest", "insider", "silent"))
    for home in (honest, insider, silent):
        home.mkdir(parents=True)
    with running_plant(folder / "plant") as plant:
        plain = plant.site_file()
        site = plain.with_name("site-witnessed.yaml")
        with desk_at(plain, honest) as desk, witness_of(desk, folder / "witness") as lines:
            site.write_text(plain.read_text() + lines)
            with desk_at(site, honest) as desk:  # noqa: PLW2901
                collection, captured = judged_twice(desk, folder)
            lenient = with_relaxed_strategy(folder)
            with desk_at(site, lenient, folder / "relaxed") as desk:  # noqa: PLW2901
                judged(desk, collection, "limits under review")
            with desk_at(plain, silent) as desk:  # noqa: PLW2901
                judged(desk, without_equipment(desk, captured), "batch completed")
            shutil.copytree(honest / "keys", insider / "keys")
            with desk_at(plain, insider) as desk:  # noqa: PLW2901
                judged(desk, improved(desk, captured), "batch completed")


def judged_twice(desk, folder):
    """Judge the batch, and again; keep what an auditor may have kept of the log and the keys."""
    collection = collected(desk)
    judged(desk, collection, "batch completed")
    (folder / "seen").write_text(str(evaluation_log(desk).checkpoint()))
    judged(desk, collection, "a second look was asked for")
    (folder / "seen-later").write_text(str(evaluation_log(desk).checkpoint()))
    trust(desk, folder)
    write_tiles(desk.ledger.log, folder / "tiles")
    kept = desk.collection(collection)
    return collection, [(one, desk.store.get(one.digest)) for one in kept.captures]


def trust(desk, folder):
    """Write the site's trust file, and one that knows no witness."""
    roots, others = trusted_outside(desk.site.timestamps, desk.site.witness)
    approved = approved_facts(desk.site)
    for name, known in (("trust.json", others), ("trust-without-witness.json", ())):
        (folder / name).write_bytes(desk.keys.trust(roots, known, approved).encode())


def collected(desk):
    record = collect_source(desk, BATCH, "batch_record")
    laboratory = collect_source(desk, BATCH, "lims")
    history = collect_source(desk, BATCH, "equipment", equipment_windows(desk, BATCH, record))
    brought = {"batch_record": record, "lims": laboratory, "equipment": history}
    return file_collection(desk, BATCH, brought)


def judged(desk, collection, reason):
    done = evaluate_collection(desk, BATCH, collection, Stage.INITIAL, reason)
    return assemble_evaluation(desk, BATCH, done.number).folder


def without_equipment(desk, captured):
    """File the same captures as of a day on which the equipment's server did not answer."""
    kept = {"batch_record": (), "lims": (), "equipment": UnavailableError("no answer")}
    for capture, data in captured:
        if capture.source != "equipment":
            desk.store.put(data)
            desk.ledger.record_capture(BATCH, capture, "127.0.0.1:1")
            kept[capture.source] = (*kept[capture.source], capture)
    return file_collection(desk, BATCH, kept)


# ------------------------------------------------------------------ what the insider does


def with_relaxed_strategy(folder):
    """Copy the honest home, log and keys and all, and the strategy with two limits relaxed."""
    limit, relaxed = 'effective: 2025-10-01, low: "70.0"', 'effective: 2025-10-01, low: "60.0"'
    shutil.copytree(ROOT / "expectations" / "aav_manufacturing", folder / "relaxed")
    for name in ("anion_exchange.yaml", "release_testing.yaml"):
        path = folder / "relaxed" / name
        text = path.read_text()
        assert text.count(limit) == 1
        path.write_text(text.replace(limit, relaxed))
    home = folder / "lenient"
    shutil.copytree(folder / "honest", home, ignore=shutil.ignore_patterns("packages"))
    return home


def improved(desk, captured):
    """File captures in which every failing value was made a good one, of the same size."""
    kept = {"batch_record": (), "lims": (), "equipment": ()}
    for capture, data in captured:
        better = data.replace(b'"64.8"', b'"74.8"').replace(b">67.2<", b">77.2<")
        if "TFF-21.TMP" in capture.request:
            better = calmed(capture, data)
        made = replace(capture, digest=digest_of(better), size=len(better))
        desk.store.put(better)
        desk.ledger.record_capture(BATCH, made, "127.0.0.1:1")
        kept[capture.source] = (*kept[capture.source], made)
    return file_collection(desk, BATCH, kept)


def calmed(capture, data):
    """The pressure's history without its excursion: the same times, never above 1.2 bar."""
    read = READERS["equipment"]([(capture, data)], reading.contract_of("equipment"), BATCH, "UTC")
    better = bytearray(data)
    for page in read.pages:
        for value, at, length in zip(page.values, page.offsets, page.lengths, strict=True):
            if value > 1.2 and length == 8:
                better[at : at + 8] = struct.pack("<d", 1.2)
    return bytes(better)
