# hybridrep as one of the tools of a script that measures several: functions that wrap the timed step as
# `M LABEL -- command…`. $P is that script's folder, $SRC has db.edb, $OFF is the far end's folder, $P/sshd its keys for
# port 2222 of this host; PREP is run before the clock starts.
#
#   HYBRIDREP_BIN   folder with the program (release build)
#   BASE            how the base of the next delta is kept: copy (brought up to date in place) or rename (a second name)
#   SOURCE          file (default) or ese: the folder of the database, read into an image first
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
  db: {source: $source, spool: {directory: $ours_home/spool, keep: 1}, targets: [far], sanity-gate: false}
YAML
    chmod 600 "$HYBRIDREP_CONFIG"
}

# What both ends have after the first push; a base that is a second name may be shared, one that is written may not.
ours_keep() {
    local copy=-a
    [[ ${BASE:-copy} = copy ]] || copy=-al
    rm -rf "$P/ours.kept"
    mkdir "$P/ours.kept"
    cp -a "$OFF/ours" "$P/ours.kept/far"
    cp $copy "$ours_home" "$P/ours.kept/home"
    ours_back="rm -rf $OFF/ours $ours_home && cp -a $P/ours.kept/far $OFF/ours && cp $copy $P/ours.kept/home $ours_home"
}

ours_full() {
    wipe
    ours_config
    "$ours_bin" init far >>"$P/raw/ours_init.log" 2>&1 && M full -- "$ours_bin" run db --json && ours_keep
}
ours_push() {
    PREP=$ours_back
    M "$1" -- "$ours_bin" run db --json
}
ours_restore() { M restore -- "$ours_bin" restore db --image "$1/db.edb" --json; }
ours_reset() { eval "$ours_back"; }
