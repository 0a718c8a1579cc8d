import TestSupport

/// The host of a job and the host of its store, each with a disk of its own.
struct Hosts: Sendable {
    let client: SimFS
    let store: SimFS

    /// Hosts with nothing of ours on them.
    static func fresh() throws -> Hosts {
        let hosts = Hosts(client: SimFS(), store: SimFS())
        for folder in ["/var", "/var/lib", "/home"] { try hosts.client.makeFolder(folder) }
        try hosts.store.makeFolder("/srv")
        return Hosts(Disks(client: hosts.client.disk, store: hosts.store.disk).synced)
    }

    init(client: SimFS, store: SimFS) {
        self.client = client
        self.store = store
    }

    init(_ disks: Disks, clientFault: SimFault? = nil, storeFault: SimFault? = nil) {
        self.init(
            client: SimFS(disks.client, fault: clientFault), store: SimFS(disks.store, fault: storeFault))
    }

    var disks: Disks { Disks(client: client.disk, store: store.disk) }
}

/// The disks of both hosts at one moment.
struct Disks: Sendable {
    var client: SimDisk
    var store: SimDisk

    /// After the hosts have been idle for a while.
    var synced: Disks {
        var disks = self
        disks.client.syncAll()
        disks.store.syncAll()
        return disks
    }

    /// After a power cut that takes all it may.
    var cut: Disks {
        Disks(client: client.crashed(.everything, seed: 0), store: store.crashed(.everything, seed: 0))
    }
}
