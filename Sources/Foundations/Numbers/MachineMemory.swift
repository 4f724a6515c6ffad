import Foundation

/// The memory that this process may use at most.
public enum MachineMemory {
    /// Bytes of the machine, or of the process's control group where that has fewer.
    public static var bytes: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].compactMap { path in
            (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        return ([machine] + limits.filter { $0 > 0 }).min() ?? machine
    }
}
