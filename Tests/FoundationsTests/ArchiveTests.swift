import Foundations
import TestSupport
import Testing

private func sample(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    return Array(
        unsafeUninitializedCapacity: count,
        initializingWith: { buffer, filled in
            for index in 0..<count { buffer[index] = 97 + UInt8(truncatingIfNeeded: generator.next() >> 61) }
            filled = count
        })
}

private func everything(_ reader: CompressedReader) throws -> [UInt8] {
    var result: [UInt8] = []
    while try reader.read(appendingTo: &result) > 0 {}
    return result
}

/// Compresses with the reference tool.
private func compress(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
    switch compression {
    case .none: bytes
    case .gzip: try Execution.run("/bin/gzip", ["-nc"], input: bytes).output
    case .zstd: try Execution.run("/usr/bin/env", ["zstd", "-qc"], input: bytes).output
    case .xz: try Execution.run("/usr/bin/env", ["xz", "-c"], input: bytes).output
    }
}

@Suite struct ArchiveTests {
    @Test(arguments: Compression.allCases, [0, 1, 5, 1000, 700_000])
    func readsWhatTheReferenceToolsWrite(compression: Compression, size: Int) throws {
        let folder = try TemporaryFolder()
        let bytes = sample(size)
        let path = try folder.write(try compress(bytes, compression), to: "data")
        let reader = try CompressedReader(path: path)
        #expect(reader.compression == compression)
        #expect(try everything(reader) == bytes)
        #expect(reader.offset == size)
        #expect(try reader.nextChunk() == nil)
    }

    /// A few input bytes that give many blocks of output, cut at and around the block size.
    @Test(arguments: Compression.allCases, [262_143, 262_144, 262_145, 1_048_576])
    func readsLongRunsWhole(compression: Compression, size: Int) throws {
        let bytes = [UInt8](repeating: 0x20, count: size)
        let reader = try CompressedReader(bytes: try compress(bytes, compression), name: "run")
        #expect(try everything(reader) == bytes)
    }

    @Test(arguments: Compression.allCases)
    func skippingGivesTheRest(compression: Compression) throws {
        let folder = try TemporaryFolder()
        let bytes = sample(700_000)
        let path = try folder.write(try compress(bytes, compression), to: "data")
        for target in [0, 1, 262_144, 262_145, 699_999, 700_000] {
            let reader = try CompressedReader(path: path)
            let head = try reader.skip(to: target)
            #expect(head + (try everything(reader)) == Array(bytes[target...]), "skip to \(target)")
        }
    }

    @Test(arguments: [Compression.gzip, .zstd, .xz])
    func aTornStreamIsAnErrorThatSaysHowFarItCame(compression: Compression) throws {
        let whole = try compress(sample(400_000), compression)
        for cut in [7, whole.count / 2, whole.count - 1] {
            do {
                let reader = try CompressedReader(bytes: Array(whole[..<cut]), name: "torn")
                let got = try everything(reader)
                Issue.record("\(cut) of \(whole.count) bytes were read as \(got.count) bytes")
            } catch FileError.damaged(let path, let offset, _, _) {
                #expect(path == "torn")
                #expect(offset <= 400_000)
            }
        }
    }

    /// Every one of these streams carries a checksum.
    @Test(arguments: [Compression.gzip, .zstd, .xz])
    func noFlippedBitGoesUnnoticed(compression: Compression) throws {
        let bytes = sample(3000)
        let whole = try compress(bytes, compression)
        for index in stride(from: 12, to: whole.count, by: 7) {
            var flipped = whole
            flipped[index] ^= 1 << UInt8(index % 8)
            do {
                let got = try everything(try CompressedReader(bytes: flipped, name: "flipped"))
                #expect(got == bytes, "a wrong content at byte \(index)")
            } catch {}
        }
    }

    @Test func whatFollowsAGzipStreamIsZerosOrAnError() throws {
        let whole = try compress(sample(3000), .gzip)
        let padded = whole + [UInt8](repeating: 0, count: 600_000)
        #expect(try everything(try CompressedReader(bytes: padded, name: "padded")) == sample(3000))
        #expect(throws: FileError.damaged(path: "x", byteOffset: 3000, entry: nil, reason: "incorrect header check")) {
            try everything(try CompressedReader(bytes: whole + Array("garbage".utf8), name: "x"))
        }
    }

    @Test func concatenatedMembersAreOneStream() throws {
        for compression in [Compression.gzip, .zstd, .xz] {
            let joined = try compress(sample(1000), compression) + compress(sample(2000, seed: 8), compression)
            let reader = try CompressedReader(bytes: joined, name: "joined")
            #expect(try everything(reader) == sample(1000) + sample(2000, seed: 8), "\(compression)")
        }
    }

    @Test func aNameThatPromisesMoreThanTheBytesKeepIsAnError() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("plain", to: "x.jsonl.gz")
        #expect(throws: FileError.self) { try CompressedReader(path: path) }
    }

    @Test func gzipAndZstdBytesAreReproducibleAndReadByTheTools() throws {
        let folder = try TemporaryFolder()
        let bytes = sample(300_000)
        for name in ["a.gz", "b.gz"] {
            let writer = try GzipWriter(path: folder.file(name))
            for start in stride(from: 0, to: bytes.count, by: 70_001) {
                try writer.write(Array(bytes[start..<min(start + 70_001, bytes.count)]))
            }
            try writer.finish()
        }
        let first = try folder.read("a.gz")
        #expect(first == (try folder.read("b.gz")))
        #expect(Array(first[4..<8]) == [0, 0, 0, 0], "the time stamp must be zero")
        #expect(try Execution.run("/bin/gzip", ["-dc"], input: first).output == bytes)
        let frame = try Zstd.compress(bytes, level: 5)
        #expect(try Zstd.decompress(frame) == bytes)
        #expect(try Execution.run("/usr/bin/env", ["zstd", "-dqc"], input: frame).output == bytes)
        #expect(try Zstd.decompress(try Zstd.compress([])) == [])
        #expect(throws: FileError.tooLarge(path: "z", entry: nil, limit: 1000)) {
            try Zstd.decompress(frame, source: "z", limit: 1000)
        }
        #expect(throws: FileError.self) { try Zstd.decompress(bytes) }
    }

    @Test(arguments: Compression.allCases)
    func tarRoundTrips(compression: Compression) throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "folder/", count: 40) + "umlaut.txt"
        let entries = [("000.json", sample(10)), ("000.png", sample(20_000)), (long, sample(513)), ("empty", [])]
        for name in ["a.tar", "b.tar"] {
            let writer = try TarWriter(path: folder.file(name), compression: compression)
            for (name, bytes) in entries { try writer.add(name: name, bytes: bytes) }
            try writer.finish()
        }
        #expect(try folder.read("a.tar") == (try folder.read("b.tar")))
        let reader = try TarReader(path: folder.file("a.tar"))
        for (name, bytes) in entries {
            let entry = try reader.next()
            #expect(entry?.name == name)
            #expect(entry?.bytes == bytes)
        }
        #expect(try reader.next() == nil)
        let skipped = try TarReader(path: folder.file("a.tar"))
        #expect(try skipped.skip(3) == long)
        #expect(try skipped.next()?.name == "empty")
        #expect(try skipped.skip(1) == nil)
        let list = try Execution.run("/bin/tar", ["--numeric-owner", "-tvf", folder.file("a.tar")])
        #expect(list.status == 0, "\(list.errorText)")
        #expect(list.text.hasPrefix("-rw-r--r-- 0/0              10 1970-01-01"), "\(list.text)")
    }

    @Test func aCutTarIsAnErrorWhereverItIsCut() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.file("a.tar"))
        for index in 0..<5 { try writer.add(name: "\(index).txt", bytes: sample(700 * index)) }
        try writer.finish()
        let whole = try folder.read("a.tar")
        let content = whole.count - 1024
        for cut in stride(from: 0, through: content, by: 128) {
            #expect(throws: FileError.self, "cut at \(cut)") {
                let reader = try TarReader(bytes: Array(whole[..<cut]), name: "cut")
                while try reader.next() != nil {}
            }
        }
    }

    @Test func anEntryAboveTheLimitIsAnError() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.file("a.tar"))
        try writer.add(name: "big", bytes: sample(5000))
        try writer.finish()
        let reader = try TarReader(path: folder.file("a.tar"), entryLimit: 4999)
        #expect(throws: FileError.tooLarge(path: folder.file("a.tar"), entry: "big", limit: 4999)) {
            try reader.next()
        }
    }

    @Test func writingIntoAMissingFolderOrAFullDeviceIsAnError() throws {
        #expect(throws: FileError.self) { try TarWriter(path: "/no/such/folder/a.tar") }
        #expect(throws: FileError.cannotWrite(path: "/dev/full", reason: "No space left on device")) {
            let writer = try GzipWriter(path: "/dev/full")
            try writer.write(sample(5_000_000))
            try writer.finish()
        }
    }

    @Test func damagedArchivesNeverTrap() throws {
        let folder = try TemporaryFolder()
        let writer = try TarWriter(path: folder.file("a.tar"))
        for index in 0..<4 { try writer.add(name: "\(index).txt", bytes: sample(300 * index)) }
        try writer.finish()
        let tar = try folder.read("a.tar")
        var generator = SplitMix64(seed: 99)
        for compression in Compression.allCases {
            let whole = try compress(tar, compression)
            for _ in 0..<150 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                do {
                    let reader = try TarReader(bytes: bytes, name: "damaged", entryLimit: 1 << 20)
                    while try reader.next() != nil {}
                } catch {}  // typed: nothing but FileError can arrive
                _ = try? everything(try CompressedReader(bytes: bytes, name: "damaged"))
            }
        }
    }

    /// Extended headers stand only where they are needed, and the reference tools read the archive without a word.
    @Test func anEntryOfATarHasOneHeaderBlock() throws {
        let folder = try TemporaryFolder()
        let limit = String(repeating: "n", count: 100)
        let plain = [("000.json", sample(10)), (limit, sample(512)), ("f/empty", []), ("x", sample(513))]
        let others = [(limit + "n", sample(3))]
        let padded = plain.reduce(0) { $0 + ($1.1.count + 511) / 512 * 512 }
        for (name, entries) in [("plain.tar", plain), ("all.tar", plain + others)] {
            let writer = try TarWriter(path: folder.file(name))
            for (name, bytes) in entries { try writer.add(name: name, bytes: bytes) }
            try writer.finish()
        }
        #expect(try folder.read("plain.tar").count == 1024 + 512 * plain.count + padded)
        #expect(try folder.read("all.tar").count == 1024 + 512 * plain.count + padded + 2048)
        let names = (plain + others).map(\.0)
        let list = try Execution.run("/bin/tar", ["--quoting-style=literal", "-tf", folder.file("all.tar")])
        #expect(list.status == 0 && list.errors.isEmpty)
        #expect(list.text.split(separator: "\n").map(String.init) == names)
        let script = """
            import sys, tarfile
            with tarfile.open(sys.argv[1], errorlevel=2) as tar:
                for entry in tar:
                    head = f"{entry.mode:o} {entry.uid} {entry.gid} {int(entry.mtime)} {entry.isreg()} {entry.size}"
                    sys.stdout.buffer.write(f"{head} {entry.name}\\n".encode())
            """
        let python = try Execution.run(
            "/usr/bin/env", ["python3", "-W", "error", "-c", script, folder.file("all.tar")])
        #expect(python.errors.isEmpty)
        let expected = (plain + others).map { "644 0 0 0 True \($0.1.count) \($0.0)" }
        #expect(python.text.split(separator: "\n").map(String.init) == expected)
        let writer = try TarWriter(path: folder.file("names.tar"))
        for name in ["", "a\0b", "\u{E9}.txt"] {
            #expect(throws: FileError.self) { try writer.add(name: name, bytes: []) }
        }
        #expect(try folder.read("all.tar")[257..<265] == Array("ustar\u{0}00".utf8)[...])
    }
}
