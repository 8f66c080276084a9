"""What is to be done about a difference, in words."""

from typing import Final

RESET: Final = "bring it back with Reset to its last workflow task (a developer does that; see the operator's guide)"
FROM_HISTORY: Final = "--repair writes it anew from the workflow's own history"
FROM_WORKFLOW: Final = "--repair lets the workflow write itself down anew"

NO_ROW_REMEDY: Final = (
    "the store was restored from an older backup, or its row was deleted: --repair writes it anew from the workflow's "
    "own history, people and forms included; mails that the workflow knows do not go out twice"
)

AHEAD_REMEDY: Final = (
    "Temporal was restored from an older backup than the store: --repair takes the workflow's word. What people told "
    "it since is to be told again; mails the ledger knows do not go out twice"
)

START_AGAIN: Final = (
    "Temporal has lost it, as after a restore from an older backup: --repair starts it again from its stored input "
    "and never cancels it. What people told it is to be told again; mails the ledger knows do not go out twice"
)

GO_ON: Final = (
    "Temporal has lost it, as after a restore from an older backup: --repair starts it again, and it goes on where the "
    "store has it; mails the ledger knows do not go out twice"
)

LACKING_REMEDY: Final = (
    "mails that need them cannot be written. --repair takes them from the workflow's own history if the store never "
    "heard of them (an older store was restored). Who was erased stays erased: a mail that needs them is refused, and "
    "done without by settle_mail, outcome leave_out"
)

OTHERS_REMEDY: Final = (
    "--repair writes them as the workflow's own history has them. If somebody was right to change them in the store, "
    "correct the address by retry_mail instead, which is known to the audit"
)

UNTAKEN_REMEDY: Final = (
    "not by this command: the trial takes this step in a moment, or was Reset; it is then answered as the store has it"
)

FAILING_REMEDY: Final = (
    "not by this command: repair the cause (it is tried on), or send settle_step. The worker's log and Pending "
    "Activities in the Web UI tell more"
)

TASK_REMEDY: Final = (
    "not by this command: nobody is heard until it is repaired. The worker's log tells why: another release, or a "
    "fault of ours"
)

LISTS_REMEDY: Final = (
    "not by this command: the workflow has it right and the server did not take it over into its lists. It does with "
    "the next change of stage, due date or attention (hold, then resume, is such a change unless attention is set "
    "already), or when those who run the server refresh the workflow's tasks (tdbg workflow refresh-tasks)"
)
