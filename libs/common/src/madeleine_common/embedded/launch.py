"""Becomes another program, tied to the life of the process that started it.

`python launch.py PARENT_PID DEATH_SIGNAL USER PROGRAM ARG...` (USER "-": stay who we are). The tie is Linux's;
elsewhere it just becomes the program. A wrapper and not a `preexec_fn`, because a supervisor with threads (gRPC's)
must not run Python between fork and exec.
"""

import ctypes
import os
import pwd
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drops to the user, asks the kernel for a signal when the parent dies, and becomes the program."""
    parent, death_signal, user, *program = sys.argv[1:]
    if user != "-":
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    if sys.platform == "linux":
        # After setuid, which would clear it; it survives exec.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit(f"{program[0]}: the process that wanted it is gone")
    os.execvp(program[0], program)  # noqa: S606 (no shell, the supervisor's own list)


if __name__ == "__main__":
    main()
