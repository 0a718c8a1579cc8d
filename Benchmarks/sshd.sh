# An SSH server of its own on loopback, with throw-away keys in $work; sets $server (its process) and $ssh_port.
# Sourced by the benchmarks. Fails where there is no sshd.
start_sshd() {
    local sshd=/usr/sbin/sshd key port
    [[ -x $sshd && -x /usr/bin/ssh-keygen ]] || return 1
    [[ $(id -u) -ne 0 ]] || mkdir -p /run/sshd
    for key in host user; do ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$work/$key"; done
    cp "$work/user.pub" "$work/authorized"
    for _ in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 12000))
        "$sshd" -D -e -f /dev/null -p "$port" -h "$work/host" -o ListenAddress=127.0.0.1 -o PidFile=none \
            -o AuthorizedKeysFile="$work/authorized" -o StrictModes=no -o UsePAM=no -o PasswordAuthentication=no \
            -o PermitRootLogin=yes -o Subsystem="sftp internal-sftp" 2>"$work/sshd.log" &
        server=$!
        for _ in {1..50}; do
            if grep -qs 'Server listening' "$work/sshd.log"; then
                echo "[127.0.0.1]:$port $(cat "$work/host.pub")" >"$work/known"
                ssh_port=$port
                return 0
            fi
            kill -0 "$server" 2>/dev/null || break
            sleep 0.1
        done
        kill "$server" 2>/dev/null || true
        server=
    done
    return 1
}
