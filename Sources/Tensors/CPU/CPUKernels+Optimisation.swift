internal import CKernels

extension CPUKernels {
    /// factor[0] = min(1, limit / (sqrt(sum[0]) + 1e-6)).
    public func clipFactor(_ sum: Operand, limit: Double, to factor: Operand) {
        let total = unsafe Double(sum.singles(1).pointee)
        // Not `min`: a norm that is not a number stays one.
        let share = limit / (total.squareRoot() + 1e-6)
        put(share > 1 ? 1 : share, to: factor, accumulate: false)
    }

    /// One AdamW step on `count` numbers, in one pass.
    public func adamW(
        _ step: AdamWStep, weights: Operand, gradient: Operand, first: Operand, second: Operand, factor: Operand?,
        copy: Operand?, count: Int
    ) {
        let (w, m, v) = unsafe (weights.singles(count), first.singles(count), second.singles(count))
        let (g, to) = unsafe (gradient.view(count), copy?.view(count) ?? lp_view())
        let factor = factor.map { unsafe $0.singles(1).pointee } ?? 1
        let constants = lp_adam(
            keep: Float(1 - step.rate * step.decay), first_share: Float(1 - step.beta1), beta2: Float(step.beta2),
            second_share: Float(1 - step.beta2), root: Float(step.correction2.squareRoot()),
            epsilon: Float(step.epsilon), negative_step: Float(-step.rate / step.correction1))
        parallel(numbers: 1, columns: count) { area in
            unsafe lpn_adam(constants, w, g, m, v, factor, to, area)
        }
    }
}
