extension WordPieceTokenizer {
    /// Appends the ids of a text.
    func encode(_ text: UnsafePointer<UInt8>, _ count: Int, _ encoding: EncodeOptions, _ buffers: EncodeBuffers) {
        unsafe rawMatcher.split(text, count, encoding, classes, buffers) { start, end in
            guard let normaliser = options.normaliser else {
                return unsafe normalised(text + start, end - start, encoding, buffers)
            }
            let piece = unsafe UnsafeBufferPointer(start: text + start, count: end - start)
            unsafe normaliser.apply(piece).withUnsafeBufferPointer {
                if let base = $0.baseAddress { unsafe normalised(base, $0.count, encoding, buffers) }
            }
        }
    }

    private func normalised(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ encoding: EncodeOptions, _ buffers: EncodeBuffers
    ) {
        unsafe normalisedMatcher.split(text, count, encoding, classes, buffers) { start, end in
            unsafe words(text, start, end, buffers)
        }
    }

    /// Words end at white space, which is dropped, and signs are words of their own.
    private func words(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ buffers: EncodeBuffers) {
        let table = unsafe classes.pointers
        let parting = UnicodeClasses.space | UnicodeClasses.punctuation
        var place = start
        while place < end {
            let (kind, length) = unsafe table.at(place, text, end)
            let word = place
            place += length
            if kind & UnicodeClasses.space != 0 { continue }
            if kind & UnicodeClasses.punctuation == 0 {
                while place < end {
                    let (kind, length) = unsafe table.at(place, text, end)
                    if kind & parting != 0 { break }
                    place += length
                }
            }
            let count = place - word
            let hash = count <= WordCache.lengthLimit ? unsafe ByteHash.of(text + word, count) : 0
            if count <= WordCache.lengthLimit, let ids = unsafe buffers.cache.find(text + word, count, hash: hash) {
                unsafe buffers.append(ids)
            } else {
                unsafe self.word(text + word, count, hash, buffers)
            }
        }
    }

    /// Appends the ids of a word that the cache does not have.
    @inline(never)
    private func word(_ text: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt64, _ buffers: EncodeBuffers) {
        let key = unsafe UnsafeBufferPointer(start: text, count: count)
        var ids: [Int32] = []
        var isKnown = unsafe characters(key) <= options.longestWord
        var candidate = options.continuation
        var start = 0
        while isKnown, start < count {
            var end = min(count, start + longestToken)
            while end > start, end < count, unsafe key[end] & 0xC0 == 0x80 { end -= 1 }
            var found: Int?
            while end > start {
                if start == 0 {
                    found = unsafe index.find(UnsafeBufferPointer(rebasing: key[..<end]), in: tokens)
                } else {
                    candidate.removeLast(candidate.count - options.continuation.count)
                    unsafe candidate.append(contentsOf: key[start..<end])
                    found = index.find(candidate, in: tokens)
                }
                if found != nil { break }
                end -= 1
                while end > start, unsafe key[end] & 0xC0 == 0x80 { end -= 1 }
            }
            if let found { ids.append(Int32(found)) } else { isKnown = false }
            start = end
        }
        if !isKnown { ids = [options.unknown] }
        unsafe ids.withUnsafeBufferPointer {
            unsafe buffers.append($0)
            unsafe buffers.cache.insert(text, count, hash: hash, ids: $0)
        }
    }

    private func characters(_ word: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        for place in word.indices where unsafe word[place] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
