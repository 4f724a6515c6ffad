import CMPI
import Glibc

/// The calls of MPI, each examined, each waited for. All memory that MPI sees is owned here and lives as long as the process,
/// because a transfer that failed may still write to it.
@safe final class Transfers {
    let place: CommunicationError.Place
    /// Where pieces of one's own stand.
    let own: UnsafeMutableRawBufferPointer
    /// Where pieces of others come.
    let other: UnsafeMutableRawBufferPointer
    /// Bytes of messages that were sent from rank to rank, not those of broadcasts.
    private(set) var bytesSent = 0
    private let patience: Int

    /// Joins the processes that were started together. `pieceBytes`: the most that is under way at once.
    init(pieceBytes: Int, patience: Int) throws(CommunicationError) {
        if let problem = unsafe lp_mpi_open() { throw .library(reason: unsafe String(cString: problem)) }
        var (rank, size): (Int32, Int32) = (0, 0)
        var name = [CChar](repeating: 0, count: 256)
        let code = unsafe lp_mpi_join(&rank, &size, &name, name.count)
        guard code == 0 else { throw .library(reason: Self.explain(code)) }
        place = .init(rank: Int(rank), size: Int(size), host: Self.text(name))
        self.patience = patience
        // Room for a figure of each rank at least.
        let room = max(pieceBytes, Int(size) * MemoryLayout<Double>.stride)
        unsafe own = .allocate(byteCount: room, alignment: 64)
        unsafe other = .allocate(byteCount: room, alignment: 64)
    }

    /// Sends the bytes `sent` of ``own`` to a rank and receives as many as `received` has from another one, there in ``other``
    /// or, with `inOwn`, in ``own``.
    func exchange(
        send sent: Range<Int>, to target: Int, receive received: Range<Int>, from origin: Int, inOwn: Bool,
        doing: String
    ) throws(CommunicationError) {
        var requests: [lp_mpi_request?] = unsafe [nil, nil]
        let place = unsafe (inOwn ? own : other).baseAddress.map { unsafe $0 + received.lowerBound }
        try check(unsafe lp_mpi_receive(place, Int32(received.count), Int32(origin), &requests[0]), doing)
        let source = unsafe own.baseAddress.map { unsafe $0 + sent.lowerBound }
        try check(unsafe lp_mpi_send(source, Int32(sent.count), Int32(target), &requests[1]), doing)
        bytesSent += sent.count
        unsafe try wait(&requests, doing, naps: false)
    }

    /// Sends the first `count` bytes of ``own``.
    func send(_ count: Int, to target: Int, doing: String) throws(CommunicationError) {
        var requests: [lp_mpi_request?] = unsafe [nil]
        try check(unsafe lp_mpi_send(own.baseAddress, Int32(count), Int32(target), &requests[0]), doing)
        bytesSent += count
        unsafe try wait(&requests, doing)
    }

    /// Receives `count` bytes at the beginning of ``other``.
    func receive(_ count: Int, from origin: Int, doing: String) throws(CommunicationError) {
        var requests: [lp_mpi_request?] = unsafe [nil]
        try check(unsafe lp_mpi_receive(other.baseAddress, Int32(count), Int32(origin), &requests[0]), doing)
        unsafe try wait(&requests, doing)
    }

    /// Gives the first `count` bytes of ``own`` to all; ``other`` then has those of every rank, by rank.
    func share(_ count: Int, doing: String) throws(CommunicationError) {
        var requests: [lp_mpi_request?] = unsafe [nil]
        try check(unsafe lp_mpi_share(own.baseAddress, Int32(count), other.baseAddress, &requests[0]), doing)
        unsafe try wait(&requests, doing)
    }

    /// Gives everyone the first `count` bytes of rank 0's ``own``.
    func broadcast(_ count: Int, doing: String) throws(CommunicationError) {
        var requests: [lp_mpi_request?] = unsafe [nil]
        try check(unsafe lp_mpi_broadcast(own.baseAddress, Int32(count), &requests[0]), doing)
        unsafe try wait(&requests, doing)
    }

    /// Returns when every rank is here.
    func meet(doing: String) throws(CommunicationError) {
        var requests: [lp_mpi_request?] = unsafe [nil]
        try check(unsafe lp_mpi_meet(&requests[0]), doing)
        unsafe try wait(&requests, doing)
    }

    /// Moves things on until the requests have ended. The processor is offered to others in between, and with `naps` left to them
    /// after a millisecond or so: a rank that waits must not take the time of threads that work.
    private func wait(
        _ requests: inout [lp_mpi_request?], _ doing: String, naps: Bool = true
    ) throws(CommunicationError) {
        let clock = ContinuousClock()
        var begin: ContinuousClock.Instant?
        var rounds = 0
        while true {
            var isDone = false
            try check(unsafe lp_mpi_test(&requests, Int32(requests.count), &isDone), doing)
            if isDone { return }
            rounds += 1
            if rounds % 64 == 0 { sched_yield() }
            if naps, rounds > 4096 { usleep(100) }
            guard rounds % (naps ? 1024 : 8192) == 0 else { continue }
            lp_mpi_watch()
            let now = clock.now
            if let begin, begin.duration(to: now) > .seconds(patience) {
                throw .noAnswer(place, doing: doing, seconds: patience)
            }
            begin = begin ?? now
        }
    }

    /// Parts from the others.
    func leave() throws(CommunicationError) { try check(lp_mpi_leave(), "parted") }

    private func check(_ code: Int32, _ doing: String) throws(CommunicationError) {
        guard code == 0 else { throw .call(place, doing: doing, reason: Self.explain(code)) }
    }

    private static func explain(_ code: Int32) -> String {
        var text = [CChar](repeating: 0, count: 512)
        unsafe lp_mpi_explain(code, &text, text.count)
        return Self.text(text)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
