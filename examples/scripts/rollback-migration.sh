#!/bin/sh
# Reverts migrations of the database of an environment.
set -eu

usage() {
  cat <<'END'
Usage: rollback-migration.sh --env=ENVIRONMENT --version=VERSION [OPTION...]

Reverts migrations of the database of ENVIRONMENT, newest first.

  --version=previous  what was applied since the last verified release
  --version=NAME      down to the migration NAME, which stays applied
  --count=N           the last N migrations, instead of --version
  --dry-run           only says what would be reverted
  --status            says what is applied and what is pending, and changes nothing
  --help              this text

All other options are those of paal/migrate's runner, such as --lock-wait=5m.
The settings of ENVIRONMENT are in /etc/paal/ENVIRONMENT.env.
END
}

# shellcheck source=lib/migrations.sh
. "$(dirname -- "$0")/../lib/migrations.sh"

command=down
far=no
for option; do
  shift
  case $option in
    --status) command=status ;;
    --version=* | --to=* | --count=*)
      far=yes
      set -- "$@" "$option"
      ;;
    --help) far=yes && set -- "$@" "$option" ;;
    *) set -- "$@" "$option" ;;
  esac
done
[ "$command$far" != downno ] ||
  wrong "how far is missing: give --version=previous, --version=NAME or --count=N"
migrate "$command" "$@"
