/// Memory for what lives shorter than a step. Blocks come from large slabs by best fit and go back when their last user is
/// gone, so that a step of shapes seen before asks the system for nothing. Cost: O(free pieces) a call.
public final class Arena {
    private struct Piece {
        var slab: Int
        var offset: Int
        var byteCount: Int
    }

    private let kernels: any KernelSet
    private var slabs: [Buffer] = []
    /// Ordered by slab, then offset; neighbours never touch.
    private var free: [Piece] = []
    private static let alignment = 64
    private static let slabBytes = 16 << 20

    /// Bytes handed out now.
    public private(set) var usedBytes = 0
    /// The most bytes that were handed out at once since `resetPeak`.
    public private(set) var peakBytes = 0
    /// Bytes asked of the system, never given back before the arena ends.
    public private(set) var reservedBytes = 0

    /// An empty arena in the memory of `kernels`.
    public init(kernels: any KernelSet) { self.kernels = kernels }

    /// Begins a new count of `peakBytes`.
    public func resetPeak() { peakBytes = usedBytes }

    /// A block of at least `byteCount` bytes, not cleared. Throws: `outOfMemory`.
    func take(_ byteCount: Int) throws(TensorError) -> Block {
        let size = max(1, (byteCount + Self.alignment - 1) / Self.alignment) * Self.alignment
        var best: Int?
        for (index, piece) in free.enumerated() where piece.byteCount >= size {
            if let known = best, free[known].byteCount <= piece.byteCount { continue }
            best = index
        }
        let index: Int
        if let best {
            index = best
        } else {
            index = try grow(to: size)
        }
        let piece = free[index]
        if piece.byteCount == size {
            free.remove(at: index)
        } else {
            free[index].offset += size
            free[index].byteCount -= size
        }
        usedBytes += size
        peakBytes = max(peakBytes, usedBytes)
        return Block(buffer: slabs[piece.slab], slab: piece.slab, offset: piece.offset, byteCount: size, arena: self)
    }

    private func grow(to size: Int) throws(TensorError) -> Int {
        let bytes = max(size, Self.slabBytes)
        slabs.append(try kernels.allocate(byteCount: bytes))
        reservedBytes += bytes
        free.append(Piece(slab: slabs.count - 1, offset: 0, byteCount: bytes))
        return free.count - 1
    }

    fileprivate func giveBack(slab: Int, offset: Int, byteCount: Int) {
        usedBytes -= byteCount
        var low = 0
        var high = free.count
        while low < high {
            let middle = (low + high) / 2
            if (free[middle].slab, free[middle].offset) < (slab, offset) { low = middle + 1 } else { high = middle }
        }
        let joinsNext = low < free.count && free[low].slab == slab && free[low].offset == offset + byteCount
        let joinsLast =
            low > 0 && free[low - 1].slab == slab && free[low - 1].offset + free[low - 1].byteCount == offset
        switch (joinsLast, joinsNext) {
        case (true, true):
            free[low - 1].byteCount += byteCount + free[low].byteCount
            free.remove(at: low)
        case (true, false): free[low - 1].byteCount += byteCount
        case (false, true):
            free[low].offset = offset
            free[low].byteCount += byteCount
        case (false, false): free.insert(Piece(slab: slab, offset: offset, byteCount: byteCount), at: low)
        }
    }
}

/// A piece of memory that many tensors may look at; it goes back to its arena with the last of them.
public final class Block {
    /// The buffer it is part of.
    let buffer: Buffer
    /// Bytes from the buffer's beginning.
    let byteOffset: Int
    /// Its size.
    let byteCount: Int
    /// Whether it may be written: pieces of mapped files may not.
    let isWritable: Bool
    private let slab: Int
    private let arena: Arena?

    fileprivate init(buffer: Buffer, slab: Int, offset: Int, byteCount: Int, arena: Arena) {
        self.buffer = buffer
        byteOffset = offset
        self.byteCount = byteCount
        isWritable = true
        self.slab = slab
        self.arena = arena
    }

    /// A whole buffer of its own, outside any arena.
    init(buffer: Buffer, isWritable: Bool = true) {
        self.buffer = buffer
        byteOffset = 0
        byteCount = buffer.byteCount
        self.isWritable = isWritable
        slab = 0
        arena = nil
    }

    deinit { arena?.giveBack(slab: slab, offset: byteOffset, byteCount: byteCount) }

    /// The block's numbers as rows `stride` apart; the operand keeps the block.
    func operand(_ type: ElementType, stride: Int) -> Operand {
        Operand(buffer, offset: byteOffset / type.byteCount, type: type, stride: stride, keeper: self)
    }
}
