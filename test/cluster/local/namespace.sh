#!/usr/bin/env bash
# Pid 1 of a cluster. Started in mount, network and pid namespaces of its own, it gives the cluster a
# network and keeps what node components write at fixed places off the machine; then it runs the
# command and reaps orphans until the command ends. When it dies, so does all of the cluster.
#
# usage: namespace.sh NODE_ADDRESS DNS_ADDRESS COMMAND [ARGUMENT…]
set -euo pipefail

node_address=$1
dns_address=$2
shift 2

# Sockets, network namespaces and logs have fixed places, which other clusters use as well.
resolv_conf=$(realpath --canonicalize-missing /etc/resolv.conf)
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir -p /run/paal/lib /run/paal/lib-work /run/paal/sysctl
mount -t overlay -o lowerdir=/var/lib,upperdir=/run/paal/lib,workdir=/run/paal/lib-work overlay /var/lib

# The host's name servers are out of reach from here: every look-up would wait for its time-out.
printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$dns_address" > /run/paal/resolv.conf
if [[ $resolv_conf == /run/* ]]; then
  mkdir -p "$(dirname "$resolv_conf")"
  cp /run/paal/resolv.conf "$resolv_conf"
else
  mount --bind /run/paal/resolv.conf "$resolv_conf"
fi

# The kubelet sets these for the whole machine unless it finds them as it wants them.
pretend() {
  [[ -e /proc/sys/$1 ]] || return 0
  local file=/run/paal/sysctl/${1//\//.}
  echo "$2" > "$file"
  mount --bind "$file" "/proc/sys/$1"
}
pretend vm/overcommit_memory 1
pretend vm/panic_on_oom 0
pretend kernel/panic 10
pretend kernel/panic_on_oops 1
pretend kernel/keys/root_maxkeys 1000000
pretend kernel/keys/root_maxbytes 25000000

# Volumes with mount propagation need shared mounts; nobody outside shares these.
mount --make-rshared /

# The node's address lies on the loopback device, and the default route too: nothing leads outside.
ip link set lo up
ip address add "$node_address/32" dev lo
ip route add default dev lo src "$node_address"
echo 1 > /proc/sys/net/ipv4/ip_forward

# One load generator uses its source ports again within seconds, and then meets stale entries.
conntrack_timeout() {
  local file=/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_$1
  [[ ! -w $file ]] || echo "$2" > "$file"
}
conntrack_timeout time_wait 1
conntrack_timeout syn_sent 3
conntrack_timeout close 1

"$@" &
wait "$!"
