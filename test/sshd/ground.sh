#!/bin/sh
# A database's server in namespaces of its own: what is changed below these folders is seen by nobody
# else, and gone with the last process.
# Arguments: a folder, sshd, its port, node.
set -eu
ground=$1 sshd=$2 port=$3 node=$4

mkdir "$ground/over"
mount -t tmpfs tmpfs "$ground/over"
for folder in etc opt home run; do
  mkdir -p "$ground/over/$folder" "$ground/over/work-$folder"
  mount -t overlay overlay \
    -o "lowerdir=/$folder,upperdir=$ground/over/$folder,workdir=$ground/over/work-$folder" "/$folder"
done
# The real one may lie where only root comes.
touch /opt/node
mount --bind "$node" /opt/node

useradd --create-home --shell /bin/sh db-admin
"$ground/scripts/install.sh" "--runner=$ground/runner.js" --env=production >/dev/null
install -o root -g db-admin -m 0640 "$ground/production.env" /etc/paal/production.env
useradd --create-home --shell /usr/sbin/nologin nobody-here
for user in db-admin nobody-here; do
  install -d -o "$user" -g "$user" -m 0700 "/home/$user/.ssh"
  install -o "$user" -g "$user" -m 0600 "$ground/authorized_keys" "/home/$user/.ssh/authorized_keys"
done

mkdir -p /run/sshd
cat >"$ground/sshd_config" <<END
ListenAddress 127.0.0.1
Port $port
HostKey $ground/host_key
PidFile none
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel VERBOSE
MaxStartups 100
END
exec "$sshd" -D -e -f "$ground/sshd_config"
