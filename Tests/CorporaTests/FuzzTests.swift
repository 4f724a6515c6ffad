import Corpora
import Foundations
import TestSupport
import Testing

@Suite struct FuzzTests {
    /// Mutated inputs give documents or typed errors, never a trap; skipping gives a report that adds up.
    @Test(arguments: Fixture.formats, Compression.allCases)
    func mutatedInputsNeverTrap(format: ReadOptions.Format, compression: Compression) throws {
        if format == .document { return }
        let folder = try TemporaryFolder()
        let path = try Fixture.write(Fixture.texts(12), as: format, compression, in: folder)
        let name = String(path.dropFirst(folder.path.count + 1))
        let whole = try folder.read(name)
        var generator = SplitMix64(seed: 11)
        for round in 0..<60 {
            try folder.write(mutated(whole, &generator), to: name)
            var options = Fixture.options(format)
            options.recordLimit = 1 << 16
            options.onEncodingError = [.replace, .skip, .stop][round % 3]
            for policy in ReadOptions.StructurePolicy.allCases {
                options.onStructureError = policy
                let reader = try DocumentReader(inputs: [InputSpec(path)], options: options)
                do {
                    while let document = try reader.next() {
                        #expect(document.segments.allSatisfy { UTF8Text.firstInvalid(in: $0) == nil })
                    }
                    #expect(reader.report.problems.values.reduce(0, +) >= reader.report.skipped)
                } catch {
                    switch error {
                    case .structure: #expect(policy == .stop)
                    case .encoding: #expect(options.onEncodingError == .stop)
                    default: Issue.record("\(error)")
                    }
                }
            }
        }
    }

    /// Random bytes as every format.
    @Test(arguments: Fixture.formats)
    func noiseNeverTraps(format: ReadOptions.Format) throws {
        let folder = try TemporaryFolder()
        var generator = SplitMix64(seed: 12)
        let letters = Array("{}[]\",:\\\n\r\tu0da1e-. text".utf8)
        for round in 0..<60 {
            let bytes = (0..<Int.random(in: 0..<400, using: &generator)).map { _ in
                round % 2 == 0
                    ? UInt8.random(in: 0...255, using: &generator)
                    : letters[Int.random(in: 0..<letters.count, using: &generator)]
            }
            let path = try folder.write((format == .csv ? Array("text,label\n".utf8) : []) + bytes, to: "noise")
            var options = Fixture.options(format)
            options.onStructureError = .skip
            _ = try readAll(path, options)
        }
    }

    private func mutated(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...5, using: &generator) where !result.isEmpty {
            let index = Int.random(in: 0..<result.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: result[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: result.remove(at: index)
            case 2: result.insert(Array("\"\n,{}\\\0".utf8).randomElement(using: &generator) ?? 0, at: index)
            case 3: result.removeSubrange(index..<min(result.count, index + 40))
            default: result = Array(result[..<index])
            }
        }
        return result
    }
}
