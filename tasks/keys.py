"""The keys that sign seals and the log: made at first use, rotated and revoked, never forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.environment import Fact
from contracts.errors import NotFoundError, SealError
from contracts.times import in_utc, written
from contracts.trust import Change, KeyChange, PublicKey, Trust, TrustedKey, Use
from tasks.key_folder import HeldKey, KeyFolder, KeyState
from tasks.key_places import KeyPlaces
from tasks.signers import (
    LogKey,
    SealKey,
    ed25519_key,
    file_signer,
    log_private,
    public_key_of,
    seal_signer,
    signer_key,
)

Entered = Callable[[KeyChange], None]
"""Enters a change of a key in the evaluation log; the same change may come a second time."""

_SETTING: Final = {Use.SEAL: "BATCHPROOF_SEAL_KEY", Use.LOG: "BATCHPROOF_LOG_KEY"}
_PROGRAM: Final = "batchproof"
_NAME_LENGTH: Final = 16
_OURS: Final = KeyPlaces()


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one home. Several processes may use them at once."""

    folder: Path
    """`<home>/keys`: made with mode 0700, each file in it 0600."""
    owner: str
    """Whose keys new ones are: the log's C2SP origin."""
    places: KeyPlaces = _OURS
    entered: Entered | None = None
    """Where changes go; without it they wait in the folder until somebody has it."""

    def seal(self) -> SealKey:
        """Return what signs seals; at first use a demo key is made unless a setting names one.

        Raises:
            SealError: the key is not there, ended, is another than the one in use, or others may
                read it: nothing is sealed.
        """
        held = self._in_use(Use.SEAL)
        signer = file_signer(self.folder / held.file) if held.file else seal_signer(self.places)
        _same(public_key_of(signer_key(signer)), held)
        return SealKey(held.trusted, held.demo, signer)

    def log(self) -> LogKey:
        """Return what signs checkpoints; made and named as the seal's.

        Raises:
            SealError: as `seal`.
        """
        held = self._in_use(Use.LOG)
        private = log_private(self.folder / held.file if held.file else self._named_log())
        _same(ed25519_key(private), held)
        return LogKey(held.trusted, held.demo, private)

    def all(self) -> tuple[HeldKey, ...]:
        """Return every key there ever was; nothing is made.

        Raises:
            SealError: the list cannot be read.
        """
        return self._folder.state().keys

    def trust(
        self,
        authorities: tuple[str, ...] = (),
        others: tuple[TrustedKey, ...] = (),
        approved: tuple[Fact, ...] = (),
    ) -> Trust:
        """Return our public keys as a trust file, with others' roots, keys and what is approved."""
        return Trust((*(one.trusted for one in self.all()), *others), authorities, approved)

    def rotate(self, use: Use, by: str, reason: str) -> TrustedKey:
        """End the key in use and begin a new one: ours, or the one that the setting names now.

        Raises:
            NotFoundError: there is no key of this use yet.
            SealError: the setting still names the old key, or one that has ended.
        """
        with self._folder.locked():
            state, now = self._folder.state(), _now()
            if not state.of(use):
                raise NotFoundError(f"no {use} key yet", move="the first seal makes or meets it")
            new = self._begun(state, use, now)
            current = state.current(use)
            if current is not None:
                ended = replace(current, trusted=replace(current.trusted, until=now))
                change = KeyChange(now, by, Change.ROTATED, ended.trusted, reason)
                state = _changed(state, ended, change)
            added = KeyChange(now, by, Change.ADDED, new.trusted, reason)
            self._folder.keep(_changed(state, new, added))
        self.enter_pending()
        return new.trusted

    def revoke(self, keyid: str, by: str, reason: str, at: datetime | None = None) -> TrustedKey:
        """Believe nothing that a key signed after a moment; now, if none is named.

        Raises:
            NotFoundError: we have no such key.
            SealError: the moment lies ahead, before the key began, or after its end.
        """
        with self._folder.locked():
            state, now = self._folder.state(), _now()
            held = next((one for one in state.keys if one.trusted.keyid == keyid), None)
            if held is None:
                raise NotFoundError(
                    f"no key {keyid[:80]}", expected="a key id that `batchproof keys show` lists"
                )
            until = now if at is None else in_utc(at)
            begins, ended = held.trusted.begins, held.trusted.until
            if until > now or (begins and until < begins) or (ended and until >= ended):
                raise SealError(
                    f"a revocation at {written(until)}",
                    expected=f"a moment until now in which the key {keyid} was valid",
                    move="name another moment; a key's time only ever becomes shorter",
                )
            revoked = replace(held, trusted=replace(held.trusted, until=until))
            change = KeyChange(now, by, Change.REVOKED, revoked.trusted, reason)
            self._folder.keep(_changed(state, revoked, change))
        self.enter_pending()
        return revoked.trusted

    def enter_pending(self) -> None:
        """Enter in the log what is not in it yet; what a crash left over is entered again."""
        pending = self._folder.state().pending if self.folder.is_dir() else ()
        if self.entered is None or not pending:
            return
        for change in pending:
            self.entered(change)
        with self._folder.locked():
            state = self._folder.state()
            rest = tuple(one for one in state.pending if one not in pending)
            self._folder.keep(replace(state, pending=rest))

    @property
    def _folder(self) -> KeyFolder:
        return KeyFolder(self.folder)

    def _in_use(self, use: Use) -> HeldKey:
        """Return the key that signs now, after making or meeting the first one."""
        with self._folder.locked():
            state = self._folder.state()
            held = state.current(use)
            if held is None and not state.of(use):
                held = self._first(state, use)
            if held is None:
                raise SealError(
                    f"no {use} key: the last one was revoked",
                    expected="a key that may sign",
                    move=f"batchproof keys rotate --use {use} --reason ...",
                )
            if held.file == "" or self._is_named(use):
                self._meet(use, held)
        self.enter_pending()
        return held

    def _first(self, state: KeyState, use: Use) -> HeldKey:
        now = _now()
        held = self._begun(state, use, now)
        change = KeyChange(now, _PROGRAM, Change.ADDED, held.trusted, "first use")
        self._folder.keep(_changed(state, held, change))
        return held

    def _meet(self, use: Use, held: HeldKey) -> None:
        """Refuse a setting that names another key than the one in use, or none."""
        key = self._named(use)
        if key is None or key.keyid != held.trusted.keyid:
            named = f"names the key {key.keyid}" if key else "names no key"
            raise SealError(
                f"{_SETTING[use]} {named}, and the {use} key in use is {held.trusted.keyid}",
                expected="the key in use, or a rotation on the record",
                move=f"set {_SETTING[use]} to the key in use, or batchproof keys rotate "
                f"--use {use} --reason ...",
            )

    def _is_named(self, use: Use) -> bool:
        return bool(self.places.seal if use is Use.SEAL else self.places.log)

    def _named(self, use: Use) -> PublicKey | None:
        """Return the key that the setting names, if it does."""
        if not self._is_named(use):
            return None
        if use is Use.SEAL:
            return public_key_of(signer_key(seal_signer(self.places)))
        return ed25519_key(log_private(self._named_log()))

    def _named_log(self) -> Path:
        if self.places.log is None:
            raise SealError(f"{_SETTING[Use.LOG]} names no key", expected="the key in use")
        return self.places.log

    def _begun(self, state: KeyState, use: Use, now: datetime) -> HeldKey:
        """Return a key that begins now; without a named one it is made, and is a demo key."""
        begins = now.replace(microsecond=0)  # an authority's time has whole seconds
        key = self._named(use)
        if key is not None:
            if any(one.trusted.keyid == key.keyid for one in state.keys):
                raise SealError(
                    f"{_SETTING[use]} names the key {key.keyid}, which we know already",
                    expected="a key that never signed, and one key for one use",
                    move=f"let {_SETTING[use]} name another key",
                )
            return HeldKey(TrustedKey(key, self.owner, use, begins), demo=False, file="")
        private = Ed25519PrivateKey.generate()
        made = TrustedKey(ed25519_key(private), self.owner, use, begins)
        name = f"{use}-{made.keyid[:_NAME_LENGTH]}.pem"
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._folder.keep_private(name, pem)
        return HeldKey(made, demo=True, file=name)


def _changed(state: KeyState, held: HeldKey, change: KeyChange) -> KeyState:
    """Return the state with one key as it is now, and its change to be entered."""
    known = [one.trusted.keyid for one in state.keys]
    keys = [held if one.trusted.keyid == held.trusted.keyid else one for one in state.keys]
    if held.trusted.keyid not in known:
        keys.append(held)
    return KeyState(tuple(keys), (*state.pending, change))


def _same(key: PublicKey, held: HeldKey) -> None:
    if key.keyid != held.trusted.keyid:
        raise SealError(
            f"the private key of {key.keyid} in the place of {held.trusted.keyid}",
            expected="the key in use",
            where=held.file or _SETTING[held.trusted.use],
            move="whoever keeps the keys finds out who exchanged it; nothing is sealed",
        )


def _now() -> datetime:
    return datetime.now(UTC)
