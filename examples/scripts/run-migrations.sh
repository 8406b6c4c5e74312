#!/bin/sh
# Applies migrations to the database of an environment, or says how it stands.
set -eu

usage() {
  cat <<'END'
Usage: run-migrations.sh --env=ENVIRONMENT [OPTION...]

Applies the migrations that the database of ENVIRONMENT does not have yet.

  --version=NAME  up to the migration NAME, and no further
  --count=N       at most N
  --dry-run       only says what would be done
  --status        says what is applied and what is pending, and changes nothing
  --plan          says what would be applied, and changes nothing
  --baseline, --repair, --unlock
                  the command of that name of paal/migrate
  --help          this text

All other options are those of paal/migrate's runner, such as --lock-wait=5m.
The settings of ENVIRONMENT are in /etc/paal/ENVIRONMENT.env.
END
}

# shellcheck source=lib/migrations.sh
. "$(dirname -- "$0")/../lib/migrations.sh"

command=up
for option; do
  shift
  case $option in
    --status | --plan | --baseline | --repair | --unlock)
      [ "$command" = up ] || wrong "--$command and $option exclude each other"
      command=${option#--}
      ;;
    *) set -- "$@" "$option" ;;
  esac
done
migrate "$command" "$@"
