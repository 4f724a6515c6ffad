public import ZooKit

/// Every method of the zoo.
public enum Catalogue {
    /// One line a method.
    public static let all = MethodCatalogue([
        TextGPT.self,
        PixelGPT.self,
        MonoGPT.self,
        DualGPT.self,
        HFT.self,
    ])
}
