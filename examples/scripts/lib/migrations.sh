# shellcheck shell=sh
# What run-migrations.sh and rollback-migration.sh share. Exit code 2: refused before anything was
# changed, as with the runner.

settings_folder=/etc/paal
runner=$(dirname -- "$0")/../lib/runner/index.js

refuse() {
  printf '%s: %s\n' "$(basename -- "$0")" "$1" >&2
  exit 2
}

wrong() {
  refuse "$1; --help says what can be given"
}

# Nobody but root and the group may read a file with a password, and nobody but its owner change it.
check_settings() {
  [ -e "$1" ] ||
    refuse "$1 is missing, or may not be seen by $(id -un): make it as $settings_folder/example.env shows"
  [ -r "$1" ] ||
    refuse "$1 may not be read by $(id -un): chown root:db-admin $1 && chmod 0640 $1"
  [ -z "$(find -L "$1" -prune \( -perm -002 -o -perm -004 -o -perm -020 \))" ] ||
    refuse "$1 holds a password, and others may read or change it: chmod 0640 $1"
  [ -n "$(find -L "$1" -prune \( -user 0 -o -user "$(id -u)" \))" ] ||
    refuse "$1 belongs to neither root nor $(id -un): chown root $1"
}

# NAME=VALUE lines. They are not run as code: a connection string has characters that mean something
# to a shell.
read_settings() {
  number=0
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    case $line in
      '' | '#'*) continue ;;
    esac
    name=${line%%=*}
    case $line in
      *=*) ;;
      *) refuse "line $number of $1 is not NAME=VALUE" ;;
    esac
    case $name in
      '' | [0-9]* | *[!A-Za-z0-9_]*) refuse "line $number of $1 does not begin with a name and =" ;;
    esac
    value=${line#*=}
    case $value in
      \"*\") value=${value#\"} && value=${value%\"} ;;
      \'*\') value=${value#\'} && value=${value%\'} ;;
    esac
    export "$name=$value"
  done <"$1"
}

# migrate COMMAND OPTION...: becomes the runner.
migrate() {
  command=$1
  shift
  environment=''
  for option; do
    shift
    case $option in
      --help)
        usage
        exit 0
        ;;
      --env=*) environment=${option#--env=} ;;
      --version=*) set -- "$@" "--to=${option#--version=}" ;;
      --uri | --uri=*) wrong "a connection string must not stand on a command line" ;;
      -*) set -- "$@" "$option" ;;
      *) wrong "\"$option\" is not an option" ;;
    esac
  done
  case $environment in
    '') wrong '--env=ENVIRONMENT is missing, for example --env=production' ;;
    *[!A-Za-z0-9_-]*) wrong "\"$environment\" is not the name of an environment" ;;
  esac

  settings=$settings_folder/$environment.env
  check_settings "$settings"
  read_settings "$settings"
  [ -n "${MONGODB_URI:-}" ] || refuse "$settings has no line MONGODB_URI=mongodb://…"
  [ -n "${MIGRATIONS_DIRECTORY:-}" ] || refuse "$settings has no line MIGRATIONS_DIRECTORY=/…"
  [ -d "$MIGRATIONS_DIRECTORY" ] ||
    refuse "$MIGRATIONS_DIRECTORY, the MIGRATIONS_DIRECTORY of $settings, is not a folder that $(id -un) may see"
  node=${NODE:-node}
  command -v "$node" >/dev/null 2>&1 ||
    refuse "$node is not found: install Node.js 20 or newer, or give its path as NODE=/… in $settings"
  [ -r "$runner" ] || refuse "$runner is missing: install it with install.sh"

  # Who runs it is told in the environment by paal/migrate, and is db-admin otherwise.
  exec "$node" "$runner" "$command" \
    "--environment=$environment" \
    "--directory=$MIGRATIONS_DIRECTORY" \
    ${MONGODB_DATABASE:+"--database=$MONGODB_DATABASE"} \
    ${MIGRATIONS_CHANGELOG:+"--changelog=$MIGRATIONS_CHANGELOG"} \
    ${PAAL_RUN:+"--run=$PAAL_RUN"} \
    "--actor=${PAAL_ACTOR:-$(id -un)}" \
    ${PAAL_SHA:+"--sha=$PAAL_SHA"} \
    "$@"
}
