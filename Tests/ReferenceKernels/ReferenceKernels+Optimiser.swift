public import Tensors

// Optimisation.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func clipFactor(_ sum: Operand, limit: Double, to factor: Operand) {
        apart([factor.area(1)], [sum.area(1)])
        factor[0] = min(1, limit / (sum[0].squareRoot() + 1e-6))
    }

    /// See `KernelSet`.
    public func adamW(
        _ step: AdamWStep, weights: Operand, gradient: Operand, first: Operand, second: Operand, factor: Operand?,
        copy: Operand?, count: Int
    ) {
        apart([weights, first, second, copy].map { $0?.area(count) }, [gradient.area(count), factor?.area(1)])
        for i in 0..<count {
            let g = gradient[i] * (factor?[0] ?? 1)
            first[i] = step.beta1 * first[i] + (1 - step.beta1) * g
            second[i] = step.beta2 * second[i] + (1 - step.beta2) * g * g
            let root = (second[i] / step.correction2).squareRoot() + step.epsilon
            weights[i] =
                weights[i] * (1 - step.rate * step.decay) - step.rate * (first[i] / step.correction1) / root
            copy?[i] = weights[i]
        }
    }
}
