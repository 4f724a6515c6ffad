import Foundations
import Tensors
import TestSupport
import Testing

@testable import ZooKit

/// Positions in the data with counts that no run writes.
@Suite struct HostilePositionTests {
    private let data: TrainingData

    init() throws { data = try TrainingData(20) }

    /// The state of a loader with a value in another's place.
    private func state(_ path: [String], _ value: Int) throws -> JSONValue {
        let loader = try data.loader("1:0:0", batch: 2)
        _ = try loader.next()
        func changed(_ state: JSONValue?, _ path: ArraySlice<String>) -> JSONValue {
            guard let key = path.first, case .object(var fields)? = state else { return .integer(value) }
            fields[key] = changed(fields[key], path.dropFirst())
            return .object(fields)
        }
        return changed(try loader.state, path[...])
    }

    @Test(arguments: [-1, Int.min, Int.max, 1 << 53 + 1]) func countsThatCannotBeAreNamed(_ value: Int) throws {
        for path in [
            ["step"], ["dealt", "text"], ["streams", "text.0", "taken"], ["streams", "text.0", "window"],
            ["streams", "text.0", "epoch"],
        ] {
            let state = try state(path, value)
            #expect {
                try data.loader("1:0:0", batch: 2, state: state)
            } throws: { error in
                error is PretrainingError && "\(error)".contains("\(value) is no count from 0 to 2^53")
            }
        }
        _ = try data.loader("1:0:0", batch: 2, state: try state(["step"], 3)).next()
    }

    @Test(arguments: [0, -1, Int.max]) func streamsThatCannotBeAreNamed(_ streams: Int) throws {
        var settings = PretrainSettings()
        (settings.mix, settings.length, settings.batch, settings.steps) = ("1:0:0", 64, 2, 2)
        let parts = PretrainProgram.Parts(
            config: try data.config(), data: [.text: data.data], options: try data.options())
        #expect(throws: PretrainingError.badSetting(key: "streams", reason: "\(streams) is not in 1 to 4096")) {
            try PretrainProgram(
                settings, parts, progress: .object(["streams": .integer(streams)]),
                workspace: try KernelChoice.single.workspace())
        }
    }
}
