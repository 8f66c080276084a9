#!/bin/sh
# Brings Temporal's two databases to the schema of this image's server. Repeating it is harmless: what is there stays.
# Address, user, password and kind of database come from SQL_* in the environment.
set -eu

for each in temporal visibility; do
    case $each in
        temporal) SQL_DATABASE=temporal ;;
        visibility) SQL_DATABASE=temporal_visibility ;;
    esac
    export SQL_DATABASE
    temporal-sql-tool create-database
    temporal-sql-tool setup-schema --version 0.0
    temporal-sql-tool update-schema --schema-name "postgresql/v12/$each"
done
