import Tensors
import Testing

// Memory, filling, moving.
extension ParityCase {
    static let memory = [
        ParityCase("allocate", rounds: 1) { run in
            try run.call { set, _ in
                for count in [0, 1, 100_000] {
                    let before = set.counters
                    let buffer = try set.allocate(byteCount: count)
                    #expect(UInt(bitPattern: buffer.address) % 64 == 0 && buffer.byteCount == count)
                    var bytes = [UInt8](repeating: 1, count: count)
                    bytes.withUnsafeMutableBytes { set.read(Operand(buffer, type: .uint8, stride: count), into: $0) }
                    #expect(bytes.allSatisfy { $0 == 0 })
                    #expect(set.counters.allocations == before.allocations + 1)
                    #expect(set.counters.allocatedBytes == before.allocatedBytes + count)
                }
            }
        },
        ParityCase("write", rounds: 1) { run in
            let x = run.changed(1, 5, .int32, [1, 2, 3, 4, 5], packed: true)
            run.call { set, at in
                [Int32(7), 8].withUnsafeBytes { set.write($0, to: at(x).advanced(by: 2)) }
                [Int32]().withUnsafeBytes { set.write($0, to: at(x)) }
            }
        },
        ParityCase("read", rounds: 1) { run in
            let x = run.input(1, 5, .int32, [1, 2, 3, 4, 5], packed: true)
            run.call { set, at in
                var numbers = [Int32](repeating: 0, count: 2)
                numbers.withUnsafeMutableBytes { set.read(at(x).advanced(by: 3), into: $0) }
                #expect(numbers == [4, 5])
            }
        },
        ParityCase("wrap", rounds: 1) { run in
            let y = run.result(1, 3, .float32)
            let host = HostNumbersInMemory([1, 2, 3].map { Double(bitPattern: UInt64(Float($0).bitPattern)) })
            try run.call { set, at in
                // Singles in the lower halves of doubles: every second number.
                let buffer = try #require(set.wrap(host.bytes, type: .float32, owner: host))
                let x = Operand(buffer, type: .float32, stride: 2)
                set.transpose(x, to: at(y), rows: 3, columns: 1)
                let odd = UnsafeRawBufferPointer(rebasing: host.bytes[1...])
                #expect(set.wrap(odd, type: .float32, owner: host) == nil, "singles at an odd address")
            }
        },
    ]

    static let moving = [
        ParityCase("fill") { run in
            let (rows, columns) = run.shape()
            let x = run.result(rows, columns, run.pick([run.type, .int32]))
            run.call { set, at in set.fill(at(x), rows: rows, columns: columns, value: -3) }
        },
        ParityCase("copy", rounds: 24) { run in
            let (rows, columns) = run.shape()
            let (from, to) = (run.anyType, run.anyType)
            let (scale, accumulate) = (run.pick([1, -0.37]), run.flag())
            let x = run.input(rows, columns, from)
            let y = run.result(rows, columns, to, accumulate: accumulate)
            run.call { set, at in
                set.copy(at(x), to: at(y), rows: rows, columns: columns, scale: scale, accumulate: accumulate)
            }
        },
        ParityCase("copy") { run in
            let (rows, columns) = run.shape()
            let type = run.pick([ElementType.int32, .uint8])
            let x = run.input(rows, columns, type, run.indices(rows * columns, below: 200, holes: type == .int32))
            let y = run.result(rows, columns, type)
            run.call { set, at in
                set.copy(at(x), to: at(y), rows: rows, columns: columns, scale: 1, accumulate: false)
            }
        },
        ParityCase("transpose") { run in
            let (rows, columns) = run.shape()
            let x = run.input(rows, columns, run.anyType)
            let y = run.result(columns, rows, run.anyType)
            run.call { set, at in set.transpose(at(x), to: at(y), rows: rows, columns: columns) }
        },
        ParityCase("fillUniform") { run in
            let (rows, columns) = run.shape()
            let x = run.result(rows, columns, run.type)
            let key = RandomKey(seed: 5).with(run.round)
            run.call { set, at in
                set.fillUniform(at(x), rows: rows, columns: columns, low: -0.5, high: 2, key: key)
            }
        },
        ParityCase("fillNormal") { run in
            let (rows, columns) = run.shape()
            let x = run.result(rows, columns, run.type)
            let key = RandomKey(seed: 5).with(run.round)
            run.call { set, at in set.fillNormal(at(x), rows: rows, columns: columns, deviation: 0.02, key: key) }
        },
        ParityCase("dropout") { run in
            let (rows, columns) = run.shape()
            let (rate, accumulate) = (run.pick([0, 0.1, 0.5, 0.9]), run.flag())
            let firstRow = run.pick([0, 1, 1000])
            let x = run.input(rows, columns, run.type)
            let y = run.result(rows, columns, run.type, accumulate: accumulate)
            let key = RandomKey(seed: 5).with(run.round)
            run.call { set, at in
                set.dropout(
                    at(x), to: at(y), rows: rows, columns: columns, rate: rate, key: key, firstRow: firstRow,
                    accumulate: accumulate)
            }
        },
    ]
}
