import Foundation
import Platform
import TestSupport
import Testing

/// Below a confined folder no link is followed, on a kernel of today and on one of before.
@Suite struct ConfinedFolderTests {
    /// `shared`, where others may have put links, and `theirs`, which has nothing to do with it.
    private struct Place {
        let folder: TemporaryFolder
        let files: HostFileSystem
        let shared: String
        let theirs: String

        init(stepByStep: Bool) throws {
            folder = try TemporaryFolder()
            let confined = ConfinedFolders(goesStepByStep: stepByStep)
            files = HostFileSystem(confined: confined)
            (shared, theirs) = (folder.path + "/shared", folder.path + "/theirs")
            try files.makeFolder(shared)
            try files.makeFolder(theirs)
            try files.open(theirs + "/file", .create).write([1, 2, 3].span, at: 0)
            confined.add(shared)
        }

        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: shared + "/" + name, withDestinationPath: target)
        }

        /// Nothing of `theirs` has changed.
        func expectUntouched() throws {
            #expect(try files.list(theirs) == ["file"])
            #expect(try files.contents(theirs + "/file", limit: 10) == [1, 2, 3])
        }
    }

    private func isLink(_ error: SystemError?) -> Bool {
        error?.call == "open without following links" && error?.code == ELOOP
    }

    @Test(arguments: [false, true]) func noCallGoesThroughALink(stepByStep: Bool) throws {
        let place = try Place(stepByStep: stepByStep)
        try place.link("way", to: place.theirs)
        let files = place.files
        let path = place.shared + "/way/file"
        try files.open(place.shared + "/own", .create).write([9].span, at: 0)
        let own = place.shared + "/own"
        let calls: [(String, () throws -> Void)] = [
            ("open", { _ = try files.open(path, .read) }),
            ("create", { _ = try files.open(place.shared + "/way/new", .create) }),
            ("update", { _ = try files.open(path, .update) }),
            ("status", { _ = try files.status(path) }),
            ("list", { _ = try files.list(place.shared + "/way/sub") }),
            ("make", { _ = try files.makeFolder(place.shared + "/way/new") }),
            ("link", { _ = try files.linkNoReplace(own, to: place.shared + "/way/new") }),
            ("link from", { _ = try files.linkNoReplace(path, to: place.shared + "/new") }),
            ("rename", { try files.rename(own, to: path) }),
            ("rename from", { try files.rename(path, to: own) }),
            ("rename new", { _ = try files.renameNoReplace(own, to: place.shared + "/way/new") }),
            ("exchange", { try files.exchangeNames(own, path) }),
            ("remove", { try files.remove(path) }),
            ("remove folder", { try files.removeFolder(place.shared + "/way/sub") }),
            ("sync", { try files.syncFolder(place.shared + "/way/sub") }),
            ("lock", { _ = try files.lock(path, .exclusive) }),
        ]
        for (name, call) in calls {
            let error = #expect(throws: SystemError.self, "\(name)") { try call() }
            #expect(isLink(error), "\(name): \(String(describing: error))")
        }
        try place.expectUntouched()
    }

    @Test(arguments: [false, true]) func aLinkInThePlaceOfAFileIsNotFollowed(stepByStep: Bool) throws {
        let place = try Place(stepByStep: stepByStep)
        try place.link("file", to: place.theirs + "/file")
        let path = place.shared + "/file"
        #expect(try place.files.status(path)?.kind == .link)
        for mode in [OpenMode.read, .update] {
            let error = #expect(throws: SystemError.self) { try place.files.open(path, mode) }
            #expect(error?.code == ELOOP)
        }
        #expect(throws: SystemError.self) { try place.files.lock(path, .exclusive) }
        try place.files.remove(path)
        #expect(try place.files.status(path) == nil)
        try place.expectUntouched()
    }

    @Test(arguments: [false, true]) func aTreeIsRemovedWithItsLinksAndNothingElse(stepByStep: Bool) throws {
        let place = try Place(stepByStep: stepByStep)
        try place.files.makeFolder(place.shared + "/tree")
        try place.files.makeFolder(place.shared + "/tree/deep")
        try place.link("tree/way", to: place.theirs)
        try place.link("tree/deep/file", to: "../../../theirs/file")
        try place.files.removeTree(place.shared + "/tree")
        #expect(try place.files.list(place.shared) == [])
        try place.link("tree", to: place.theirs)
        try place.files.removeTree(place.shared + "/tree")
        #expect(try place.files.list(place.shared) == [])
        try place.expectUntouched()
    }

    @Test(arguments: [false, true]) func noWayLeadsOut(stepByStep: Bool) throws {
        let place = try Place(stepByStep: stepByStep)
        try place.files.makeFolder(place.shared + "/sub")
        let error = #expect(throws: SystemError.self) {
            try place.files.open(place.shared + "/sub/../../theirs/file", .read)
        }
        #expect(error?.code == EXDEV)
    }

    @Test(arguments: [false, true]) func whatIsThereWorksAsEver(stepByStep: Bool) throws {
        let place = try Place(stepByStep: stepByStep)
        let files = place.files
        // However the path is written.
        for name in ["a", "./b", "/c", "sub//d", "sub/./e"] {
            try files.makeFolder(place.shared + "/sub")
            let path = place.shared + "/" + name
            try files.open(path, .create).write([7].span, at: 0)
            #expect(try files.contents(path, limit: 10) == [7])
            #expect(try files.status(path)?.length == 1)
            #expect(try files.linkNoReplace(path, to: path + "2"))
            #expect(try !files.renameNoReplace(path, to: path + "2"))
            try files.exchangeNames(path, path + "2")
            try files.remove(path)
            try files.rename(path + "2", to: path)
            try files.remove(path)
        }
        #expect(try files.list(place.shared + "/sub") == [])
        try files.syncFolder(place.shared + "/sub")
        try files.removeFolder(place.shared + "/sub")
        #expect(try files.status(place.shared + "/sub/none") == nil)
        #expect(try files.lock(place.shared + "/lock", .exclusive) != nil)
    }

    @Test func elsewhereLinksAreFollowed() throws {
        let place = try Place(stepByStep: false)
        let link = place.folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: place.theirs)
        #expect(try place.files.contents(link + "/file", limit: 10) == [1, 2, 3])
    }

    @Test func aConfinedFolderMayBeReachedByALink() throws {
        let place = try Place(stepByStep: false)
        let link = place.folder.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: place.theirs)
        let confined = ConfinedFolders()
        confined.add(link + "/")
        #expect(try HostFileSystem(confined: confined).contents(link + "/file", limit: 10) == [1, 2, 3])
    }

    @Test func aReplacedFileKeepsItsModeAndALinkIsNotFollowed() throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        let (secret, link) = (folder.path + "/secret", folder.path + "/link")
        try files.open(secret, .create).write([1].span, at: 0)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: secret)
        try files.replace(link, [2, 3])
        #expect(try files.contents(secret, limit: 10) == [1])
        #expect(try files.contents(link, limit: 10) == [2, 3])
        try files.replace(secret, [4])
        #expect(try files.contents(secret, limit: 10) == [4])
        #expect(try files.status(secret)?.mode == 0o600)
    }
}
