import ZooKit

/// Where TextGPT, PixelGPT, MonoGPT and DualGPT come from.
let pixelRegimesSource = MethodSource(
    title: "Autoregressive Pre-Training on Pixels and Texts",
    citation: "Chai, Liu, Xiao, Wang, Sun, Wu; EMNLP 2024", link: "https://arxiv.org/abs/2404.10710")
