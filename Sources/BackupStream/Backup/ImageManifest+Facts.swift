internal import Platform

extension ImageManifest {
    /// The facts about one database after its pages were read.
    package struct Database: Codable, Equatable, Sendable {
        /// The member; empty for an image that is not a tar.
        package var name: String
        package var pageSize: Int
        /// Creation time and random number, as the engine prints them.
        package var signature: String
        package var logSignature: String
        /// The engine's words, such as `Clean Shutdown`.
        package var state: String
        package var pages = Pages()
        package var logRequiredFirst: Int
        package var logRequiredLast: Int
        package var logCommittedLast: Int
        /// Highest page update the header knows of.
        package var dbtime: UInt64
        /// The verdict of the set's check; nil if no set was read.
        package var verdict: Verdict?
    }

    /// Counts of database pages, the two headers left out.
    package struct Pages: Codable, Equatable, Sendable {
        /// All slots, a streaming backup's trailer among them.
        package var seen = 0
        /// Never written, all zero.
        package var blank = 0
        package var good = 0
        /// Wrong sum or number, lost writes, and blank ones that must not be; correctable ones not counted.
        package var bad = 0
        /// Those of `bad` of which the flush map knows a later write; nil when there are none.
        package var lostWrites: Int?
        /// Those of `bad` that are blank although every database has them; nil when there are none.
        package var notInitialized: Int?
        /// A single flipped bit a block explains the wrong sum.
        package var correctable = 0
        /// Garbage after the last owned page, which is no fault; among `seen`, in no other count.
        package var behindEnd = 0
        /// The first twenty that are bad or correctable.
        package var badPages: [BadPage] = []

        package init() {}

        /// Pages that make a backup fail.
        package var failed: Int { bad.saturatingAdd(correctable) }

        /// Pages that hold something, or must; without the trailer and pages after the end.
        package var inUse: Int { good.saturatingAdd(failed) }
    }

    package struct BadPage: Codable, Equatable, Sendable {
        package var page: Int
        package var reason: String

        package init(page: Int, reason: String) {
            self.page = page
            self.reason = reason
        }
    }

    package struct Verdict: Codable, Equatable, Sendable {
        /// The state that it can be recovered to, and the logs for that.
        package var text: String
        /// The engine's error code; nil when recoverable without loss.
        package var code: Int?

        package init(text: String, code: Int?) {
            self.text = text
            self.code = code
        }
    }

    /// The transaction logs of a set.
    package struct Logs: Codable, Equatable, Sendable {
        package var count = 0
        /// Generations; nil without logs.
        package var first: Int?
        package var last: Int?
        /// True when the engine deletes logs by itself; absent when it does not.
        package var isCircular: Bool?

        package init() {}
    }

    /// The full whose logs an image holds.
    package struct Full: Codable, Equatable, Sendable {
        /// Its image digest, in hexadecimal.
        package var image: String
        /// When reading it began, RFC 3339 in UTC.
        package var sourceTime: String

        package init(image: String, sourceTime: String) {
            self.image = image
            self.sourceTime = sourceTime
        }
    }

    /// The kind of an image: a whole source, or the logs since one.
    package enum Kind: Sendable { case full, logs }

    package var kind: Kind { full == nil ? .full : .logs }

    /// Counts reads that were good only when they were done again.
    mutating func countHealed(_ reads: Int) { healedReads = (healedReads ?? 0) + reads }

    /// The health that the checks of the source found.
    package var health: BackupResult.Health {
        if suspectPages != nil { return .suspicious }
        return isSound ? .good : .damaged
    }
}
