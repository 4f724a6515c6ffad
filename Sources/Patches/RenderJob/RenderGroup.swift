/// The processes that render one corpus together. All of them read and draw; rank 0 alone writes.
public protocol RenderGroup: AnyObject {
    /// This process, from 0 on.
    var rank: Int { get }
    /// How many there are.
    var size: Int { get }
    /// Gives bytes to rank 0; called by the others. May wait until rank 0 takes them.
    func send(_ bytes: [UInt8]) throws
    /// The next bytes that a rank gave; called by rank 0.
    func receive(from rank: Int) throws -> [UInt8]
    /// Gives everyone what rank 0 has.
    func broadcast(_ bytes: inout [UInt8]) throws
}
