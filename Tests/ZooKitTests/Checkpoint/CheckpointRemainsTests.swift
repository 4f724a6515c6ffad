import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// A checkpoint replaces what it knows, and nothing else goes away.
@Suite struct CheckpointRemainsTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("run")
    }

    private func write(seed: UInt64) throws { try CheckpointRun(seed: seed).checkpoint.write(to: path) }

    @Test func filesOfOthersMoveToTheNewFolder() throws {
        try write(seed: 1)
        try folder.write("a note", to: "run/notes.txt")
        try folder.write("scores", to: "run/evaluation/deep/scores.json")
        try folder.write("mine", to: "run/vocab.txt")
        var checkpoint = try CheckpointRun(seed: 2).checkpoint
        checkpoint.model.files["vocab.txt"] = Array("the model's".utf8)
        try checkpoint.write(to: path)
        #expect(folder.names == ["run"])
        #expect(try folder.read("run/notes.txt") == Array("a note".utf8))
        #expect(try folder.read("run/evaluation/deep/scores.json") == Array("scores".utf8))
        #expect(try folder.read("run/vocab.txt") == Array("the model's".utf8))
        #expect(try folder.read("run/vocab.txt.previous") == Array("mine".utf8))
        _ = try CheckpointFolder(path)
    }

    @Test func foldersOfOthersAreNotReplaced() throws {
        try folder.write("thesis", to: "run/thesis.tex")
        #expect(throws: CheckpointError.inTheWay(path: path)) { try write(seed: 1) }
        #expect(try folder.read("run/thesis.tex") == Array("thesis".utf8))
        #expect(folder.names == ["run"])
        try FileManager.default.removeItem(atPath: path)
        try folder.write("a file", to: "run")
        #expect(throws: CheckpointError.inTheWay(path: path)) { try write(seed: 1) }
        try FileManager.default.removeItem(atPath: path)
        for name in ["run.partial", "run.previous"] {
            try folder.write("thesis", to: "\(name)/thesis.tex")
            #expect(throws: CheckpointError.inTheWay(path: folder.file(name))) { try write(seed: 1) }
            #expect(try folder.read("\(name)/thesis.tex") == Array("thesis".utf8))
            try FileManager.default.removeItem(atPath: folder.file(name))
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write(seed: 1)
        _ = try CheckpointFolder(path)
    }

    @Test func behindALinkItsTargetIsReplaced() throws {
        try CheckpointRun(seed: 1).checkpoint.write(to: folder.file("step-1"))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "step-1")
        try write(seed: 2)
        #expect(folder.names == ["run", "step-1"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "step-1")
        try CheckpointRun(seed: 2).checkpoint.write(to: folder.file("two"))
        #expect(try folder.tree("step-1") == folder.tree("two"))
    }

    @Test func aFolderThatWasMovedAsideIsReadThereAndReplaced() throws {
        try write(seed: 1)
        let tree = try folder.tree("run")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".previous")
        #expect(try CheckpointFolder(path + "/").path == path + ".previous")
        #expect(try folder.tree("run.previous") == tree)
        try folder.write("note", to: "run.previous/note")
        try write(seed: 2)
        #expect(folder.names == ["run"])
        #expect(try folder.read("run/note") == Array("note".utf8))
        #expect(throws: CheckpointError.self) { try CheckpointFolder(folder.file("none")) }
    }

    @Test func remainsOfAKillInsideTheExchangeAreCleared() throws {
        try CheckpointRun(seed: 2).checkpoint.write(to: folder.file("new"))
        let new = try folder.tree("new")
        // The names are exchanged, the old folder still has that of the new one.
        for _ in 0..<2 {
            try CheckpointRun(seed: 1).checkpoint.write(to: path + ".partial")
            try folder.write("note", to: "run.partial/note")
            try write(seed: 3)
            try FileManager.default.removeItem(atPath: folder.file("run/note"))
        }
        #expect(folder.names == ["new", "run"])
        // Or the new one is whole and has no name yet.
        try CheckpointRun(seed: 3).checkpoint.write(to: path + ".partial")
        try write(seed: 2)
        #expect(folder.names == ["new", "run"])
        #expect(try folder.tree("run") == new)
        // Or it was begun.
        try folder.write("{", to: "run.partial/checkpoint.json.partial")
        try write(seed: 2)
        #expect(folder.names == ["new", "run"])
    }

    @Test(arguments: ["../victim", "/etc/victim", "a/../../victim", "a//b", ".hidden"])
    func listsThatLeadOutOfTheFolderAreRefused(name: String) throws {
        try write(seed: 1)
        try folder.write("keep", to: "victim")
        let text = String(decoding: try folder.read("run/checkpoint.json"), as: UTF8.self)
        try folder.write(
            text.replacingOccurrences(of: "\"config.json\"", with: "\"\(name)\""), to: "run/checkpoint.json")
        #expect(throws: CheckpointError.self) { try write(seed: 2) }
        #expect(throws: CheckpointError.self) { try CheckpointFolder(path) }
        #expect(try folder.read("victim") == Array("keep".utf8))
    }

    @Test func damagedListsAreRefused() throws {
        try write(seed: 1)
        let whole = try folder.read("run/checkpoint.json")
        var generator = SplitMix64(seed: 41)
        var refused = 0
        for _ in 0..<300 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            try folder.write(bytes, to: "run/checkpoint.json")
            do { _ = try CheckpointFolder(path) } catch { refused += 1 }
        }
        #expect(refused > 200)
    }
}
