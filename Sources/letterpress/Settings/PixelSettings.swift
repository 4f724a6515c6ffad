import Patches
import Typesetting
import ZooKit

/// The settings that decide pixels, read and checked.
struct PixelSettings {
    let render: RenderOptions
    let layout: LayoutOptions

    /// Decodes both sections. Throws for a value out of range.
    init(_ settings: MergedSettings) throws {
        render = try settings.decode("render", over: RenderOptions.defaults(beside: settings.values["render"] ?? [:]))
        layout = try settings.decode("layout", over: LayoutOptions())
        try render.validate()
        try layout.validate()
    }
}
