extension BytePairTokenizer {
    /// Words longer than this are cut, so that places fit 32 bits.
    private static let wordLimit = 1 << 30

    /// Appends the ids of a text.
    func encode(_ text: UnsafePointer<UInt8>, _ count: Int, _ encoding: EncodeOptions, _ buffers: EncodeBuffers) {
        unsafe rawMatcher.split(text, count, encoding, classes, buffers) { start, end in
            if options.composes,
                let composed = unsafe CanonicalComposition.composed(
                    UnsafeBufferPointer(start: text + start, count: end - start))
            {
                unsafe composed.withUnsafeBufferPointer {
                    if let base = $0.baseAddress { unsafe normalised(base, $0.count, encoding, buffers) }
                }
            } else {
                unsafe normalised(text + start, end - start, encoding, buffers)
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

    private func words(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ buffers: EncodeBuffers) {
        switch options.pattern {
        case .whole: unsafe words(WholeSplitter.self, text, start, end, buffers)
        case .gpt2: unsafe words(GPT2Splitter.self, text, start, end, buffers)
        case .smollm: unsafe words(SmolLMSplitter.self, text, start, end, buffers)
        case .llama3: unsafe words(Llama3Splitter.self, text, start, end, buffers)
        case .qwen2: unsafe words(Qwen2Splitter.self, text, start, end, buffers)
        case .qwen35: unsafe words(Qwen35Splitter.self, text, start, end, buffers)
        }
    }

    @inline(__always)
    private func words<Splitter: WordSplitter>(
        _: Splitter.Type, _ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ buffers: EncodeBuffers
    ) {
        let table = unsafe classes.pointers
        var place = start
        while place < end {
            let next = min(unsafe Splitter.endOfWord(text, place, end, table), place + Self.wordLimit)
            let length = next - place
            let hash = length <= WordCache.lengthLimit ? unsafe ByteHash.of(text + place, length) : 0
            if length <= WordCache.lengthLimit,
                let ids = unsafe buffers.cache.find(text + place, length, hash: hash)
            {
                unsafe buffers.append(ids)
            } else {
                unsafe word(text + place, length, hash, buffers)
            }
            place = next
        }
    }

    /// Appends the ids of a word that the cache does not have.
    @inline(never)
    private func word(_ text: UnsafePointer<UInt8>, _ length: Int, _ hash: UInt64, _ buffers: EncodeBuffers) {
        let key = unsafe UnsafeBufferPointer(start: text, count: length)
        if let wholeWords, let id = unsafe wholeWords.find(key, in: tokens) { return buffers.append(Int32(id)) }
        let work = buffers.work
        work.reserve(length)
        var count = 0
        var followsUnknown = false
        for place in 0..<length {
            var id = byteIDs[Int(unsafe text[place])]
            if id < 0 {
                guard let unknown = options.unknown else { continue }
                if options.fusesUnknown, followsUnknown { continue }
                followsUnknown = true
                id = unknown
            } else {
                followsUnknown = false
            }
            unsafe work.ids[count] = id
            count += 1
        }
        count = work.run(merges, count: count)
        let ids = unsafe UnsafeBufferPointer(start: UnsafePointer(work.ids), count: count)
        unsafe buffers.append(ids)
        unsafe buffers.cache.insert(text, length, hash: hash, ids: ids)
    }
}
