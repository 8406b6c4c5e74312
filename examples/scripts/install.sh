#!/bin/sh
# Installs the two scripts and their runner on the database's server. It can be run again at any time;
# settings that are there are left as they are.
set -eu

usage() {
  cat <<'END'
Usage: install.sh --runner=FILE [--user=db-admin] [--env=ENVIRONMENT...]

  --runner=FILE      index.js of paal/migrate's runner: dist/migrate/runner/index.js of a release
  --user=USER        who calls the scripts; must be there already
  --env=ENVIRONMENT  makes /etc/paal/ENVIRONMENT.env to be filled in, where it is missing

Run it as root.
END
}

refuse() {
  printf 'install.sh: %s\n' "$1" >&2
  exit 2
}

here=$(dirname -- "$0")
user=db-admin
runner=''
environments=''
for option; do
  case $option in
    --help) usage && exit 0 ;;
    --runner=*) runner=${option#--runner=} ;;
    --user=*) user=${option#--user=} ;;
    --env=*[!A-Za-z0-9_-]* | --env=) refuse "\"${option#--env=}\" is not the name of an environment" ;;
    --env=*) environments="$environments ${option#--env=}" ;;
    *) refuse "\"$option\" is not an option; --help says what can be given" ;;
  esac
done

[ "$(id -u)" = 0 ] || refuse 'it must be run as root: sudo ./install.sh …'
[ -n "$runner" ] || refuse '--runner=FILE is missing; --help says what it is'
[ -r "$runner" ] || refuse "$runner cannot be read"
group=$(id -gn -- "$user" 2>/dev/null) ||
  refuse "there is no user $user: useradd --create-home --shell /bin/sh $user"

install -d -o root -g root -m 0755 /opt/paal /opt/paal/scripts /opt/paal/lib /opt/paal/lib/runner /opt/paal/migrations
install -o root -g root -m 0755 "$here/run-migrations.sh" "$here/rollback-migration.sh" /opt/paal/scripts/
install -o root -g root -m 0644 "$here/lib/migrations.sh" /opt/paal/lib/migrations.sh
install -o root -g root -m 0644 "$runner" /opt/paal/lib/runner/index.js
# Without it, Node takes the runner for CommonJS.
printf '{ "type": "module" }\n' >/opt/paal/lib/runner/package.json
chmod 0644 /opt/paal/lib/runner/package.json

install -d -o root -g "$group" -m 0750 /etc/paal
install -o root -g "$group" -m 0640 "$here/example.env" /etc/paal/example.env
for environment in $environments; do
  settings=/etc/paal/$environment.env
  if [ -e "$settings" ]; then
    chown "root:$group" "$settings"
    chmod 0640 "$settings"
  else
    install -o root -g "$group" -m 0640 "$here/example.env" "$settings"
    printf 'Fill in %s.\n' "$settings"
  fi
done
printf 'Installed. Try, as %s: cd /opt/paal/scripts && ./run-migrations.sh --env=%s --status\n' \
  "$user" "${environments##* }"
