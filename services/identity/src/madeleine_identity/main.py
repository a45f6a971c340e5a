"""The command line of identity."""

from __future__ import annotations

import asyncio
import sys

import asyncpg

from madeleine_common.crypto.seal import SealBroken
from madeleine_common.errors import DomainError
from madeleine_common.service import service_main
from madeleine_identity.bootstrap import bootstrap, confirm_erasure, own_keys, rotate_master_key
from madeleine_identity.settings import IdentitySettings


def main() -> None:
    """Runs the roles named on the command line; or `rotate-master-key`, or `confirm-erasure PERSON_ID`, alone."""
    match sys.argv[1:]:
        case ["rotate-master-key"]:
            sys.exit(_rotate(IdentitySettings()))
        case ["confirm-erasure", person_id]:
            sys.exit(_confirm(IdentitySettings(), person_id))
        case _:
            pass
    service_main("identity", IdentitySettings, bootstrap, own_keys(IdentitySettings))


def _rotate(settings: IdentitySettings) -> int:
    """0: done; 1: failed, and nothing is lost; 2: there is something to do by hand first, which is printed."""
    file = settings.identity_master_key_file

    def tell(step: str) -> None:
        print(step, flush=True)

    try:
        done = asyncio.run(rotate_master_key(settings, tell))
    except (OSError, ValueError, SealBroken, DomainError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"the master key is not rotated: {error or type(error).__name__}", file=sys.stderr)
        return 1
    tell(f"{done.rewrapped} keys rewrapped; all are wrapped by master key {done.master_id}")
    if not done.unwritable:
        tell("backups of identity's database that were made before cannot be opened any more")
        return 0
    if done.spare_lines:
        lines = ", ".join(map(str, done.spare_lines))
        tell(
            f"{file} cannot be written here: {done.unwritable}. Now take line {lines} out of it: nothing is wrapped by"
            " it any more, and with it gone backups made before cannot be opened"
        )
        return 0
    tell(
        f"{file} cannot be written here: {done.unwritable}. To rotate, put a new key (base64 of 32 random bytes) into"
        " its first line and keep the old one in the second; once every replica has that file (Kubernetes: about two"
        " minutes), run this again"
    )
    return 2


def _confirm(settings: IdentitySettings, person_id: str) -> int:
    """0: started, or under way; 1: there is nothing to confirm, or it could not be started."""
    try:
        erased = asyncio.run(confirm_erasure(settings, person_id))
    except (OSError, ValueError, SealBroken, DomainError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        print(f"the erasure is not started: {error or type(error).__name__}", file=sys.stderr)
        return 1
    if not erased:
        print(f"nobody by the id {person_id} was erased", file=sys.stderr)
        return 1
    print(f"the services are asked again; the workflow is erase-{person_id}")
    return 0


if __name__ == "__main__":
    main()
