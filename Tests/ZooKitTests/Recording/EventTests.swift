import Foundation
import Foundations
import TestSupport
import Testing

@testable import ZooKit

/// TensorBoard's event files, byte for byte.
@Suite struct EventTests {
    @Test func checksumsAreThoseOfTheStandard() {
        // RFC 3720, appendix B.4, and the usual "123456789".
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum([]) == 0)
        #expect(CRC32C.masked([]) == 0xA282_EAD8)
    }

    @Test func bytesAreThoseOfTheRealWriter() throws {
        let records = [
            EventMessage.version(time: 1_700_000_000.25), .start(step: 8, time: 1_700_000_000.25),
            .summary(
                [("train/loss", .scalar(0.1)), ("zero", .scalar(0)), ("größe", .scalar(.infinity))], step: 300,
                time: 1_700_000_001.5),
            .summary(
                [("strip", .image(png: (0..<200).map { UInt8($0) }, width: 300, height: 2, channels: 3))], step: 0,
                time: 0),
        ].flatMap(\.record)
        let path = Repository.root + "/Tests/ZooKitTests/Fixtures/events.tfevents"
        #expect(try records == Array(Data(contentsOf: URL(filePath: path))))
    }

    @Test func aFileOfTheLastNumberThereIsStopsNothing() throws {
        let folder = try TemporaryFolder()
        let name = "events.out.tfevents.\(Int.max).letterpress"
        try folder.write("", to: name)
        let file = try EventFiles(folder.path, resumesAfter: .max)
        try file.add([("a", .scalar(1e308)), ("b", .scalar(.nan))], step: .max)
        #expect(try file.path == folder.file(name) && !folder.read(name).isEmpty)
    }

    @Test func eachContinuationAddsAFileThatIsReadAfterTheOthers() throws {
        let folder = try TemporaryFolder()
        let names = try [nil, 4, 4].map { step in
            let file = try EventFiles(folder.path, resumesAfter: step)
            try file.add([("a", .scalar(1))], step: 5)
            return String(file.path.dropFirst(folder.path.count + 1))
        }
        #expect(names == names.sorted() && Set(names).count == 3)
        #expect(try Folder.contents(of: folder.path).files == names)
        _ = try folder.write("kept", to: "notes.txt")
        let last = try EventFiles(folder.path, resumesAfter: nil)
        #expect(try Folder.contents(of: folder.path).files.count == 2 && Folder.hasItem(last.path))
    }
}
