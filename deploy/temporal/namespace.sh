#!/bin/sh
# Makes the namespace, when the server is ready for it; the worker does the rest (search attributes, retention).
# Address and namespace come from TEMPORAL_* in the environment. Gives up after two minutes.
set -eu

there() { temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE"; }
make() { temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE"; }  # would not look at the environment

left=60
until there || make; do
    left=$((left - 1))
    if [ "$left" -eq 0 ]; then
        echo "namespace $TEMPORAL_NAMESPACE could not be made at $TEMPORAL_ADDRESS" >&2
        exit 1
    fi
    sleep 2
done
