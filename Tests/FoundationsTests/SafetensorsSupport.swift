import Foundation
import Foundations
import TestSupport

/// Files to read and to break.
enum Safetensors {
    /// A file as PyTorch's `safetensors.torch.save` wrote it (safetensors 0.8.0), with every type and odd names and shapes.
    static var fromPyTorch: [UInt8] {
        Array(Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
    }

    /// A file of this header, as it stands, and data bytes 0, 1, 2 and so on.
    static func file(_ header: String, data: Int) -> [UInt8] { file(Array(header.utf8), data: data) }

    static func file(_ header: [UInt8], data: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header
            + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// An item that copies a tensor of a file.
    static func item(_ tensor: SafetensorsTensor) -> SafetensorsItem {
        SafetensorsItem(name: tensor.name, type: tensor.type, shape: tensor.shape) { sink in
            try tensor.withBytes { bytes in try sink.append(bytes) }
        }
    }

    /// An item of numbers.
    static func item(_ name: String, _ shape: [Int], _ numbers: [Float]) -> SafetensorsItem {
        SafetensorsItem(name: name, type: .float32, shape: shape) { sink in try sink.append(numbers.span.bytes) }
    }

    private static let text = """
        +AIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJzdGVwIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOltdLCJkYXRhX29m
        ZnNldHMiOlswLDhdfSwiZG91YmxlIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbOCwyNF19LCJhXCJcXC/D
        qSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzI0LDI4XX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIiwic2hh
        cGUiOlswLDRdLCJkYXRhX29mZnNldHMiOlsyOCwyOF19LCJtb2RlbC5lbWJlZC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIs
        M10sImRhdGFfb2Zmc2V0cyI6WzI4LDUyXX0sImkzMiI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzUyLDYw
        XX0sIm1vZGVsLmJyYWluIjp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbNjAsNjhdfSwibW9kZWwuaGFs
        ZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNV0sImRhdGFfb2Zmc2V0cyI6WzY4LDc4XX0sImkxNiI6eyJkdHlwZSI6IkkxNiIsInNoYXBl
        IjpbMV0sImRhdGFfb2Zmc2V0cyI6Wzc4LDgwXX0sImk4Ijp7ImR0eXBlIjoiSTgiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls4MCw4
        M119LCJ1OCI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbODMsODRdfSwiZmxhZ3MiOnsiZHR5cGUiOiJCT09M
        Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbODQsODddfX0g6AMAAAAAAACamZmZmZm5P5x1AIg85Df+AAAgQAAAAAAAAIA+AAAAPwAA
        QD8AAIA/AACgP/////////9/wD8AwGJ/zT0APgDAAQD/ewB8/f+AfwD/AQAB
        """
}
