#!/bin/bash
# Tests/Peers/namespaces.sh [-n RANKS] COMMAND [ARGUMENT...]
#
# Runs COMMAND on two "machines" of this one: network namespaces with names and addresses of their own (10.77.0.1 and .2), each
# behind a pair of virtual interfaces on one bridge, as on a switch. Ranks (2, an even number) are shared out between them; nothing
# but that network joins them (shared memory between namespaces is switched off). Prints afterwards how many bytes each
# interface carried.
# Needs root, iproute2, openmpi-bin. Exit code: that of mpirun, or 69 where the system lets no namespaces be made.
set -euo pipefail
ranks=2
if [ "${1:-}" = -n ]; then ranks=$2; shift 2; fi
[ $# -gt 0 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64; }
for tool in ip mpirun unshare; do
    command -v "$tool" >/dev/null || { echo "namespaces.sh: $tool is missing (apt-get install iproute2 openmpi-bin util-linux)" >&2; exit 69; }
done
id=$$
bridge=lpbr$id
folder=$(mktemp -d)
clean() {
    for node in 1 2; do
        ip netns del "lp$id-$node" 2>/dev/null || true
        rm -rf "/etc/netns/lp$id-$node"
    done
    ip link del "$bridge" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT

ip link add "$bridge" type bridge 2>/dev/null || { echo "namespaces.sh: no bridge can be made here" >&2; exit 69; }
ip link set "$bridge" up
for node in 1 2; do
    space=lp$id-$node
    ip netns add "$space" || { echo "namespaces.sh: no namespace can be made here" >&2; exit 69; }
    ip link add "lpv$id-$node" type veth peer name eth0 netns "$space"
    ip link set "lpv$id-$node" master "$bridge" up
    ip -n "$space" address add "10.77.0.$node/24" dev eth0
    ip -n "$space" link set lo up
    ip -n "$space" link set eth0 up
    mkdir -p "/etc/netns/$space"
    printf '127.0.0.1 localhost\n10.77.0.1 node1\n10.77.0.2 node2\n' > "/etc/netns/$space/hosts"
done

# Stands in for ssh: mpirun calls it with a host and the words of a shell command.
cat > "$folder/launch" <<LAUNCH
#!/bin/bash
host=\$1
shift
exec ip netns exec lp$id-\${host#node} unshare --uts /bin/bash -c "hostname \$host; \$*"
LAUNCH
chmod +x "$folder/launch"

counter() { ip netns exec "lp$id-$1" cat "/sys/class/net/eth0/statistics/$2"; }
status=0
ip netns exec "lp$id-1" unshare --uts /bin/bash -c 'hostname node1; exec "$@"' mpirun \
    mpirun --allow-run-as-root --oversubscribe --bind-to none -n "$ranks" \
    --host "node1:$((ranks / 2)),node2:$((ranks / 2))" --mca plm rsh --mca plm_rsh_agent "$folder/launch" \
    --mca oob_tcp_if_include eth0 --mca btl_tcp_if_include eth0 --mca pml ob1 --mca btl self,tcp \
    -x PATH "$@" || status=$?
for node in 1 2; do
    echo "node$node 10.77.0.$node: $(counter $node tx_bytes) bytes sent, $(counter $node rx_bytes) received" >&2
done
exit $status
