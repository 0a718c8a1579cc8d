/// The commented configuration that `config example` prints, and that `config check` accepts.
enum ConfigurationExample {
    static let text = """
        # hybridrep.yaml: what is backed up, where it goes, how long it is kept.
        # Place: --config FILE, else HYBRIDREP_CONFIG, else $XDG_CONFIG_HOME/hybridrep/hybridrep.yaml,
        # else /etc/hybridrep/hybridrep.yaml. Only its owner may write it: it names commands to run.
        # Check it with: hybridrep config check

        # Folder for this host's state. All paths are absolute or begin with ~/.
        state: /var/lib/hybridrep

        jobs:
          # An ESE database: the folder (a snapshot or an offline copy) and that of its logs.
          mdb01:
            # Without a database of that folder a run fails (21); leave-out names those it may lack.
            source: {ese: /mnt/snap/mdb01, logs: /mnt/snap/mdb01-logs, leave-out: [old.edb, backup]}
            # Run it hourly: a whole copy once a day, only the new logs in between.
            full-every: 24h
            # Images on this host: the base of the next delta, and the quickest restore.
            spool: {directory: /backup/spool, keep: 2}
            targets: [vault, usb]
            # When several jobs run, those of a higher priority (0 to 100) come first.
            priority: 80
            # Reported as stale when the newest good point is older.
            rpo: 26h
            # Reported when a restore takes longer, by the last rehearsal.
            rto: 4h
            # Every byte in each store is to be read again within this time, by verify --full, --sample or --budget.
            verify: {full-within: 30d}
            # sanity-gate: false   # commits a full that is unlike all before it as good
            # A point that any of these keeps stays; no rule at all keeps everything. Where the key may only add, these
            # do nothing: the store's own host has rules for all jobs (cron/install --store-host).
            keep: {last: 3, daily: 14, weekly: 8, monthly: 12, logs: 7d, min-points: 3}
            # A restore is rehearsed there, and this command runs on it; {} is the restored folder or file.
            rehearse: {scratch: /backup/scratch, exec: "esedbexport -t {}/export {}/mdb01.edb", deadline: 1h, within: 90d}
            # zstd level, 1 to 19; auto follows the link: higher when it is slow.
            level: auto
            # How often blocks that look unchanged are compared byte by byte.
            full-compare: 30d
            # Programs around a run; each gets HYBRIDREP_JOB, _RUN_ID, _POINT_ID, _STATUS and more.
            # pre-push failing (20) stops the run before anything is read; post-push runs after a commit only.
            hooks:
              pre-push: [/usr/local/sbin/snapshot, mdb01]
              post-push: /usr/local/sbin/truncate-logs mdb01
              on-failure: mail -s "backup of $HYBRIDREP_JOB failed" root </dev/null
              deadline: 10m
            # Requested by GET: /start, the address itself when good, /fail otherwise. Keep it secret.
            ping-url: https://hc-ping.example.net/0a1b2c3d

          # A file that another backup program writes every night.
          payroll:
            # replaced-by-rename: true if that program writes a new file and renames it.
            source: {file: /backup/payroll.bak, min-size: 1G, replaced-by-rename: false}
            targets: [vault]
            # none: keep no copy here; ships changed blocks whole instead of as deltas.
            keep-base: full

          # A program's standard output; a list of words is started without a shell.
          wiki:
            source: {command: [pg_dump, --format=custom, wiki], min-size: 10M}
            targets: [vault]
            keep: {within: 2d, hourly: 48, daily: 30, yearly: 3}

          # Standard input: something | hybridrep run mail
          mail:
            source: {stdin: true, min-size: 1M}
            targets: [usb]

        targets:
          # A store at another site, over SSH.
          vault:
            ssh: backup@vault.example.net
            port: 22
            identity: /etc/hybridrep/id_ed25519
            known-hosts: /etc/hybridrep/known_hosts
            # Folder of the store at the far end, and the agent's program there.
            store: /srv/hybridrep
            remote-command: hybridrep
            # Number of parallel upload streams; more for long round trips.
            lanes: 4
            # Bytes per second in each direction; also HYBRIDREP_LIMIT_RATE and --limit-rate.
            # By time of day, in UTC: {"07:00-17:00": 5M, "17:00-07:00": none}
            limit-rate: 20M
            # Maximum bytes of all jobs of that store together; a push beyond it is refused (26).
            quota: 500G
            # The system's ssh instead of libssh, for setups that live in ~/.ssh/config:
            # ssh-command: ssh -J bastion

          # A folder of this host.
          usb:
            directory: /media/usb/hybridrep
        """
}
