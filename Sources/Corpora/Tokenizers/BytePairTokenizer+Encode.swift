extension BytePairTokenizer {
    /// Words longer than this are cut, so that places fit 32 bits.
    private static let wordLimit = 1 << 30

    /// Appends the ids of a text.
    func encode(_ text: UnsafePointer<UInt8>, _ count: Int, _ encoding: EncodeOptions, _ buffers: EncodeBuffers) {
        unsafe split(text, count, rawMatcher, encoding, buffers) { start, end in
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
        unsafe split(text, count, normalisedMatcher, encoding, buffers) { start, end in
            unsafe words(text, start, end, buffers)
        }
    }

    /// Appends the ids of added tokens and calls `body` with what is between them.
    private func split(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ matcher: AddedTokenMatcher, _ encoding: EncodeOptions,
        _ buffers: EncodeBuffers, _ body: (Int, Int) -> Void
    ) {
        var done = 0
        var place = 0
        while let match = unsafe matcher.next(in: text, from: place, to: count) {
            place = match.end
            let token = matcher.tokens[match.token]
            if token.isSpecial, !encoding.parsesSpecial { continue }
            let table = unsafe UnicodeClassTable(classes)
            var start = match.start
            if token.stripsLeft {
                while start > done, let before = unsafe Self.spaceBefore(start, text, table) {
                    start = max(before, done)
                }
            }
            var end = match.end
            if token.stripsRight { end = unsafe Runs.spaces(from: end, text, count, table).end }
            if done < start { body(done, start) }
            buffers.append(token.id)
            done = end
        }
        if done < count { body(done, count) }
    }

    /// Where the white space before `place` begins; `nil` where none stands there.
    private static func spaceBefore(
        _ place: Int, _ text: UnsafePointer<UInt8>, _ table: UnicodeClassTable
    ) -> Int? {
        var start = place - 1
        while start > 0, unsafe text[start] & 0xC0 == 0x80 { start -= 1 }
        return unsafe table.at(start, text, place).kind & UnicodeClasses.space == 0 ? nil : start
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
        let table = unsafe UnicodeClassTable(classes)
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
