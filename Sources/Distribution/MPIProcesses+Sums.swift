public import Tensors

extension MPIProcesses {
    /// Replaces numbers of the stream type, `count` of them close together, by their sums over all ranks. Each rank sends
    /// 2 (n - 1) / n times their bytes, the least that there is.
    ///
    /// Source: ring all-reduce (Patarasuk and Yuan 2009). Every sum is made once, on one rank, and copied: it is the same everywhere,
    /// and its order follows from rank count and place alone.
    public func sum(_ numbers: Operand, count: Int, _ kernels: any KernelSet) throws {
        switch numbers.type {
        case .float32: try sum(numbers, count: count, kernels, of: Float.self)
        case .float64: try sum(numbers, count: count, kernels, of: Double.self)
        default: throw CommunicationError.type("\(numbers.type)")
        }
    }

    private func sum<Number: BinaryFloatingPoint>(
        _ numbers: Operand, count: Int, _ kernels: any KernelSet, of type: Number.Type
    ) throws {
        let width = MemoryLayout<Number>.stride
        for piece in (0..<count).pieces(of: sumBytes / width) {
            let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: transfers.own[..<(piece.count * width)])
            let place = numbers.advanced(by: piece.lowerBound)
            unsafe kernels.read(place, into: bytes)
            try sum(piece.count, of: type)
            unsafe kernels.write(UnsafeRawBufferPointer(bytes), to: place)
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
