/// What one call of `encode` works in: the ids so far, the cache of words and the room for merges.
@safe
final class EncodeBuffers: @unchecked Sendable {  // handed from call to call under a tokenizer's lock
    let cache = WordCache()
    let work = MergeWork()
    private var ids: UnsafeMutablePointer<Int32>
    private var capacity = 4096
    /// How many ids there are.
    var count = 0

    init() { unsafe ids = .allocate(capacity: capacity) }

    deinit { unsafe ids.deallocate() }

    /// The ids.
    var result: [Int32] { unsafe Array(UnsafeBufferPointer(start: ids, count: count)) }

    @inline(__always)
    func append(_ id: Int32) {
        if count == capacity { grow(1) }
        unsafe ids[count] = id
        count += 1
    }

    @inline(__always)
    func append(_ more: UnsafeBufferPointer<Int32>) {
        if count + more.count > capacity { grow(more.count) }
        var place = 0
        while place < more.count {
            unsafe ids[count + place] = unsafe more[place]
            place += 1
        }
        count += more.count
    }

    func append(_ more: [Int32]) { unsafe more.withUnsafeBufferPointer { unsafe append($0) } }

    /// Gives back what a long text needed.
    func shrink() {
        work.shrink()
        guard capacity > 1 << 18 else { return }
        unsafe ids.deallocate()
        capacity = 4096
        unsafe ids = .allocate(capacity: capacity)
    }

    private func grow(_ more: Int) {
        let size = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: size)
        unsafe larger.update(from: ids, count: count)
        unsafe ids.deallocate()
        unsafe ids = unsafe larger
        capacity = size
    }
}
