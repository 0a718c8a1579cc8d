# hybridrep as one of the tools of a peers' script: four functions that wrap the timed step as `M LABEL -- command…`.
#
#   HYBRIDREP_BIN   folder with the program (release build)
#   BASE            how the base of the next delta is kept: copy (brought up to date in place) or rename (a second name)
#   SOURCE          file (default) or ese: the folder of the database, read into an image first
# Uses $P (its folder), $SRC (source folder), $OFF (far end's folder), $BENCH_DIR/sshd (keys) and port 2222 of this host.
ours_bin=${HYBRIDREP_BIN:?folder with the program}/hybridrep
ours_home=$P/ours
export HYBRIDREP_CONFIG=$ours_home/hybridrep.yaml

ours_config() {
    local source="{file: $SRC/db.edb}"
    [[ ${BASE:-copy} = copy ]] || source="{file: $SRC/db.edb, replaced-by-rename: true}"
    [[ ${SOURCE:-file} = file ]] || source="{ese: $SRC}"
    rm -rf "$ours_home"
    mkdir -p "$ours_home/spool"
    cat >"$HYBRIDREP_CONFIG" <<YAML
state: $ours_home/state
targets:
  far:
    ssh: $(id -un)@127.0.0.1
    port: 2222
    identity: $P/sshd/id
    known-hosts: $P/sshd/known_hosts
    store: $OFF/ours/store
    remote-command: $ours_bin
jobs:
  db: {source: $source, spool: {directory: $ours_home/spool, keep: 1}, targets: [far]}
YAML
    chmod 600 "$HYBRIDREP_CONFIG"
}

ours_full() {
    wipe
    ours_config
    "$ours_bin" init far >>"$P/raw/ours_init.log" 2>&1
    M full -- "$ours_bin" run db --json
}

# A push is measured against the first point alone, as the peers' are: what came after it is put back first.
ours_keep() { rm -rf "$P/ours.kept"; mkdir "$P/ours.kept"; cp -al "$ours_home/spool" "$OFF/ours" "$P/ours.kept/"; cp -a "$ours_home/state" "$P/ours.kept/"; }

ours_push() { M "$1" -- "$ours_bin" run db --json; }
ours_restore() { M restore -- "$ours_bin" restore db --image "$1/db.edb" --json; }
ours_reset() { link v0; ours_config; "$ours_bin" init far >>"$P/raw/ours_init.log" 2>&1 && "$ours_bin" run db >>"$P/raw/ours_init.log" 2>&1; }
