import Foundation
import TestSupport
import Testing

@testable import Foundations

@Suite struct AtomicFolderTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a")
    }

    @Test(arguments: [true, false]) func theNewFolderTakesTheName(exchanges: Bool) throws {
        try folder.write("1", to: "a.partial/x/one")
        try AtomicFolder.commit(path, exchanges: exchanges)
        #expect(try folder.read("a/x/one") == Array("1".utf8))
        #expect(!Folder.hasItem(path + ".partial") && !Folder.hasItem(path + ".previous"))
        try folder.write("2", to: "a.partial/two")
        try AtomicFolder.commit(path, exchanges: exchanges)
        #expect(try Folder.contents(of: folder.path).files == ["a/two", "a.previous/x/one"])
    }

    @Test func withoutANewFolderNothingChanges() throws {
        try folder.write("1", to: "a/one")
        #expect(throws: FileError.cannotOpen(path: path + ".partial", reason: "No such file or directory")) {
            try AtomicFolder.commit(path)
        }
        #expect(try Folder.contents(of: folder.path).files == ["a/one"])
    }

    @Test func pathsAreResolved() throws {
        try folder.write("1", to: "a/one")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "a")
        #expect(try AtomicFolder.resolved(folder.file("link/")).hasSuffix("/a"))
        #expect(try AtomicFolder.resolved(folder.file("new/deep//")) == folder.file("new/deep"))
        #expect(Folder.isFolder(folder.file("new")) && !Folder.hasItem(folder.file("new/deep")))
        #expect(throws: FileError.self) { try AtomicFolder.resolved(folder.file("a/one/b/c")) }
    }

    @Test func contentsAreListedAndRemovedWithoutFollowingLinks() throws {
        try folder.write("1", to: "kept/one")
        try folder.write("2", to: "a/b/c/two")
        try FileManager.default.createSymbolicLink(atPath: folder.file("a/link"), withDestinationPath: "../kept")
        let contents = try Folder.contents(of: path)
        #expect(contents.folders == ["b", "b/c"])
        #expect(contents.files == ["b/c/two", "link"])
        try Folder.removeTree(path)
        #expect(try Folder.contents(of: folder.path).files == ["kept/one"])
        #expect(throws: FileError.cannotOpen(path: path, reason: "No such file or directory")) {
            try Folder.contents(of: path)
        }
        try Folder.removeItem(path)
        #expect(throws: FileError.self) { try Folder.removeItem(folder.file("kept")) }
        try folder.write("3", to: "other")
        #expect(throws: FileError.cannotWrite(path: folder.file("other"), reason: "File exists")) {
            try Folder.moveItem(folder.file("kept/one"), to: folder.file("other"))
        }
    }
}
