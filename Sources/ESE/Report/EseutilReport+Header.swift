extension EseutilReport {
    /// The header dump (`/mh`).
    ///
    /// - Parameter trailer: The last page of the file, when it is a backup copy.
    package static func header(_ pair: HeaderPair, trailer: BackupTrailer? = nil) -> String {
        let header = pair.header
        var text = pair.state == .good ? "" : "     Header state: \(pair.state.rawValue)\n\n"
        text += "Fields:\n" + aligned(identity(header) + recovery(header) + history(header), width: 17)
        text += backups(header, trailer) + upgrades(header) + corrections(header) + scans(header)
        return text
    }

    private static func identity(_ header: DatabaseHeader) -> [Line] {
        let attachedBy = header.engineFormat == 0 ? "" : " (attached by \(header.engineFormat))"
        return [
            Line("File Type", header.fileType == 0 ? "Unknown" : "Database"),
            Line("Checksum", word(header.checksum)),
            Line("Format ulMagic", word(DatabaseHeader.magic)),
            Line("Engine ulMagic", word(DatabaseHeader.magic)),
            Line(
                "Format ulVersion",
                "\(word(header.version)),\(header.updateMajor),\(header.updateMinor)\(attachedBy)"),
            Line("Created ulVersion", "\(word(header.createdVersion)),\(header.createdUpdate)"),
            Line("DB Signature", "\(header.signature)"),
            Line("cbDbPage", "\(header.pageSize)"),
            Line("dbtime", both(header.dbtime)),
            Line("State", "\(header.state)"),
        ]
    }

    private static func recovery(_ header: DatabaseHeader) -> [Line] {
        let logs = header.logs
        let preRedo = " [Min. Req. Pre-Redo: \(both(logs.preRedoMinimum))]"
        return [
            Line("Log Required", range(logs.minimum, logs.maximum) + preRedo),
            Line("Log Committed", range(0, logs.committed)),
            Line("Log Recovering", both(logs.recovering)),
            Line("Log Consistent", both(logs.minimumConsistent)),
            Line("GenMax Creation", "\(logs.committedCreated)"),
            Line("Shadowed", yesNo(header.isShadowed)),
            Line("Last Objid", "\(header.lastObjectID)"),
            Line("Scrub Dbtime", both(header.counters.scrubDbtime)),
            Line("Scrub Date", "\(header.counters.scrubbed)"),
            Line("Repair Count", "\(header.counters.repairs.count)"),
            Line("Repair Date", "\(header.counters.repairs.last)"),
            Line("Old Repair Count", "\(header.counters.repairs.earlier)"),
        ]
    }

    private static func history(_ header: DatabaseHeader) -> [Line] {
        [
            Line("Last Consistent", stamp(header.lastConsistent)),
            Line("Last Attach", stamp(header.lastAttach)),
            Line("Last Detach", stamp(header.lastDetach)),
            Line("Last ReAttach", stamp(header.lastReattach)),
            Line("Dbid", "\(header.dbid)"),
            Line("Log Signature", "\(header.logSignature)"),
            Line("OS Version", "(\(header.system) NLS \(Hexadecimal.lower(header.sortVersion)))"),
        ]
    }

    private static func stamp(_ stamp: LogStamp) -> String { "\(stamp.position)  \(stamp.time)" }

    private static func backups(_ header: DatabaseHeader, _ trailer: BackupTrailer?) -> String {
        let known = header.backups
        var kinds: [(String, BackupInfo)] = [
            ("Previous Full Backup", known.previousFull),
            ("Previous Incremental Backup", known.previousIncremental),
            ("Previous Copy Backup", known.previousCopy),
            ("Previous Differential Backup", known.previousDifferential),
            ("Current Full Backup", known.currentFull),
            ("Current Shadow copy backup", known.currentSnapshot),
        ]
        if let trailer { kinds.append(("Patch Current Full Backup", trailer.backup)) }
        return kinds.map { title, info in
            "\n\(title):\n"
                + aligned(
                    [
                        Line("Log Gen", range(info.lowGeneration, info.highGeneration)),
                        Line("Mark", "\(info.mark)"), Line("Mark", "\(info.time)"),
                    ], width: 15)
        }.joined()
    }

    private static func upgrades(_ header: DatabaseHeader) -> String {
        "\n"
            + aligned(
                [
                    Line("cpgUpgrade55Format", "\(header.counters.upgraded55Pages)"),
                    Line("cpgUpgradeFreePages", "\(header.counters.upgradedFreePages)"),
                    Line("cpgUpgradeSpaceMapPages", "\(header.counters.upgradedSpaceMapPages)"),
                ], width: 23)
    }

    private static func corrections(_ header: DatabaseHeader) -> String {
        func found(_ count: UInt32) -> String { count == 0 ? "none" : "found (\(count))" }
        let counters = header.counters
        return "\n"
            + aligned(
                [
                    Line("ECC Fix Success Count", found(counters.eccFixes.count)),
                    Line("Old ECC Fix Success Count", found(counters.eccFixes.earlier)),
                    Line("ECC Fix Error Count", found(counters.failedECCFixes.count)),
                    Line("Old ECC Fix Error Count", found(counters.failedECCFixes.earlier)),
                    Line("Bad Checksum Error Count", found(counters.badChecksums.count)),
                    Line("Old bad Checksum Error Count", found(counters.badChecksums.earlier)),
                ], width: 28)
    }

    private static func scans(_ header: DatabaseHeader) -> String {
        "\n"
            + aligned(
                [
                    Line("Last checksum finish Date", "\(header.counters.scanFinished)"),
                    Line("Current checksum start Date", "\(header.counters.scanStarted)"),
                    Line("Current checksum page", "\(header.counters.scanPage)"),
                ], width: 27)
    }
}
