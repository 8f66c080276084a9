#!/bin/sh
# One mail on standard input becomes a support case: for the pipe of a mail server, such as Postfix's pipe(8).
# docs/cases.md has the mail server's side. Options are those of `tenure case intake`.
#
# 0: done with it. 75 (EX_TEMPFAIL): try again later. Never anything else: the mail server would answer the sender with
# a bounce. What somebody should look at is kept in INTAKE_DIR, with the reason beside it.

LATER=75

trap 'test $? -eq 0 || exit "$LATER"' EXIT
umask 077

environment=${INTAKE_ENV:-/etc/tenure/intake.env}
if [ -r "$environment" ]; then
    set -a
    . "$environment"
    set +a
fi

kept=${INTAKE_DIR:-/var/spool/tenure-intake}
mkdir -p "$kept" || exit
mail=$(mktemp "$kept/mail.XXXXXXXXXX") || exit
cat > "$mail" || { rm -f "$mail"; exit "$LATER"; }

"${TENURE:-tenure}" case intake "$mail" --json "$@" > "$mail.log" 2>&1
case $? in
    0 | 5) # it has its case; kept if somebody should look, for it answers one that was resolved
        grep -Eq '"look": ?true' "$mail.log" || rm -f "$mail" "$mail.log"
        ;;
    2 | 3 | 4) # no mail that can be taken, an automatic one, or a Message-ID that was used before with another text
        ;;
    *) # Temporal, the store or a worker does not answer, or a fault of Tenure
        rm -f "$mail" "$mail.log"
        exit "$LATER"
        ;;
esac
exit 0
