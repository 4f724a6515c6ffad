public import Tensors

extension MPIProcesses {
    /// Replaces numbers of one stream type, `count` of them close together in each part, by their sums over all ranks. Each rank
    /// sends 2 (n - 1) / n times their bytes, the least that there is.
    ///
    /// Source: ring all-reduce (Patarasuk and Yuan 2009). Every sum is made once, on one rank, and copied: it is the same everywhere,
    /// and its order follows from rank count and place alone. Throws: `type` for other numbers, and for parts of several types.
    public func sum(_ parts: [(numbers: Operand, count: Int)], _ kernels: any KernelSet) throws {
        guard let type = parts.first?.numbers.type else { return }
        if let other = parts.first(where: { $0.numbers.type != type }) {
            throw CommunicationError.type("\(type) and \(other.numbers.type) together")
        }
        switch type {
        case .float32: try sum(parts, kernels, of: Float.self)
        case .float64: try sum(parts, kernels, of: Double.self)
        default: throw CommunicationError.type("\(type)")
        }
    }

    private func sum<Number: BinaryFloatingPoint>(
        _ parts: [(numbers: Operand, count: Int)], _ kernels: any KernelSet, of type: Number.Type
    ) throws {
        let width = MemoryLayout<Number>.stride
        var rest = Array(parts.reversed())
        while !rest.isEmpty {
            var piece: [(numbers: Operand, count: Int)] = []
            var room = sumBytes / width
            while room > 0, let (numbers, count) = rest.popLast() {
                let taken = min(room, count)
                piece.append((numbers, taken))
                room -= taken
                if taken < count { rest.append((numbers.advanced(by: taken), count - taken)) }
            }
            var place = 0
            for (numbers, count) in piece {
                unsafe kernels.read(numbers, into: .init(rebasing: transfers.own[place..<place + count * width]))
                place += count * width
            }
            try sum(place / width, of: type)
            place = 0
            for (numbers, count) in piece {
                unsafe kernels.write(.init(rebasing: transfers.own[place..<place + count * width]), to: numbers)
                place += count * width
            }
        }
    }

    /// Replaces the first `count` numbers of the own piece by their sums.
    private func sum<Number: BinaryFloatingPoint>(_ count: Int, of type: Number.Type) throws {
        let width = MemoryLayout<Number>.stride
        let doing = "added up gradients"
        /// The share of a rank, in numbers.
        func share(_ index: Int) -> Range<Int> {
            let index = (index % size + size) % size
            return count * index / size..<count * (index + 1) / size
        }
        func bytes(_ range: Range<Int>) -> Range<Int> { range.lowerBound * width..<range.upperBound * width }
        let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)
        // Each share goes round once and gathers what every rank has, then round again as it is.
        for step in 0..<max(size - 1, 0) {
            let received = share(rank - step - 1)
            try transfers.exchange(
                send: bytes(share(rank - step)), to: next, receive: 0..<received.count * width, from: previous,
                inOwn: false, doing: doing)
            let own = unsafe transfers.own.assumingMemoryBound(to: type)
            let other = unsafe transfers.other.assumingMemoryBound(to: type)
            for (place, index) in received.enumerated() { unsafe own[index] = other[place] + own[index] }
        }
        for step in 0..<max(size - 1, 0) {
            try transfers.exchange(
                send: bytes(share(rank + 1 - step)), to: next, receive: bytes(share(rank - step)), from: previous,
                inOwn: true, doing: doing)
        }
    }
}
