#!/bin/sh
# Makes the namespace when the server is ready for it, and waits until it can be used: the server looks for new ones
# every few seconds. The worker does the rest (search attributes, retention). Address and namespace come from
# TEMPORAL_* in the environment. Gives up after two minutes.
set -eu

# The CLI would make `default`, whatever the environment says.
there() { temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE"; }
make() { temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE"; }
usable() { temporal workflow count --namespace "$TEMPORAL_NAMESPACE"; }

left=60
until { there || make; } && usable; do
    left=$((left - 1))
    if [ "$left" -eq 0 ]; then
        echo "namespace $TEMPORAL_NAMESPACE could not be made at $TEMPORAL_ADDRESS" >&2
        exit 1
    fi
    sleep 2
done
