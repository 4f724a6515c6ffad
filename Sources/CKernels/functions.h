// Functions of one single without branches, for loops that the compiler turns into vectors. Polynomials: ours, by Remez
// exchange; the errors named are the largest over all singles, in units of the last place.
#ifndef LETTERPRESS_FUNCTIONS_H
#define LETTERPRESS_FUNCTIONS_H
#include "numbers.h"

// e^x = 2^n e^r with |r| <= ln(2) / 2. Subnormal results and infinities are right; NaN stays. Error: below 1.1.
LP_INLINE float lp_exp(float x) {
    x = x > 89 ? 89 : x;
    x = x < -104 ? -104 : x;
    float shifted = x * 0x1.715476p+0f + 0x1.8p23f;  // n in the lowest bits
    float n = shifted - 0x1.8p23f;
    float r = (x - n * 0x1.63p-1f) + n * 0x1.bd0106p-13f;
    float p = 0x1.6a2442p-10f;
    p = p * r + 0x1.1239e2p-7f;
    p = p * r + 0x1.5558f2p-5f;
    p = p * r + 0x1.555492p-3f;
    p = p * r + 0x1.fffffcp-2f;
    float e = (p * r * r + r) + 1;
    int32_t k = (int32_t)(lp_bits(shifted) - 0x4B400000u), half = k >> 1;
    return e * lp_single((uint32_t)(half + 127) << 23) * lp_single((uint32_t)(k - half + 127) << 23);
}

// ln(x): x = 2^e m with m from sqrt(1/2) to sqrt(2). Error: below 1.
LP_INLINE float lp_log(float x) {
    bool tiny = x < 0x1p-126f;
    uint32_t bits = lp_bits(tiny ? x * 0x1p23f : x);
    int32_t exponent = (int32_t)(bits - 0x3F3504F3u) >> 23;
    float f = lp_single(bits - ((uint32_t)exponent << 23)) - 1, e = (float)(exponent - (tiny ? 23 : 0));
    float p = -0x1.38b7p-4f;
    p = p * f + 0x1.055baap-3f;
    p = p * f - 0x1.0d8512p-3f;
    p = p * f + 0x1.22da0ep-3f;
    p = p * f - 0x1.547248p-3f;
    p = p * f + 0x1.99a00ap-3f;
    p = p * f - 0x1.000226p-2f;
    p = p * f + 0x1.555554p-2f;
    float square = f * f, small = (p * f * square - e * 0x1.bd0106p-13f) - 0.5f * square;
    float y = e * 0x1.63p-1f + (f + small);
    float outside = x == 0 ? -__builtin_inff() : __builtin_nanf("");
    return x > 0 ? (x < __builtin_inff() ? y : x) : outside;
}

// ln(1 + y) for y from 0 to 1.
LP_INLINE float lp_log1p(float y) {
    float u = 1 + y;
    return lp_log(u) + (y - (u - 1)) / u;
}

LP_INLINE float lp_sigmoid(float x) { return 1 / (1 + lp_exp(-x)); }

// ln(1 + e^x).
LP_INLINE float lp_softplus(float x) {
    return (x < 0 ? 0 : x) + lp_log1p(lp_exp(-__builtin_fabsf(x)));
}

// Error: below 2.
LP_INLINE float lp_tanh(float x) {
    float a = __builtin_fabsf(x), s = x * x;
    float p = -0x1.75e1d2p-8f;
    p = p * s + 0x1.52269cp-6f;
    p = p * s - 0x1.b83c5ap-5f;
    p = p * s + 0x1.110726p-3f;
    p = p * s - 0x1.555532p-2f;
    float large = 1 - 2 / (lp_exp(2 * a) + 1);
    return a < 0.625f ? p * s * x + x : __builtin_copysignf(large, x);
}

// Error: below 2.
LP_INLINE float lp_erf(float x) {
    float a = __builtin_fabsf(x), s = x * x, t = a > 4 ? 4 : a;
    float p = -0x1.335782p-11f;
    p = p * s + 0x1.458ceep-8f;
    p = p * s - 0x1.b640dep-6f;
    p = p * s + 0x1.ce1538p-4f;
    p = p * s - 0x1.8126c6p-2f;
    p = p * s + 0x1.06eba4p-3f;
    float q = -0x1.c209c4p-13f;  // -ln(1 - erf t) = t + q t
    q = q * t + 0x1.a60c6cp-9f;
    q = q * t - 0x1.774ad8p-6f;
    q = q * t + 0x1.af4144p-4f;
    q = q * t + 0x1.457a64p-1f;
    q = q * t + 0x1.073578p-3f;
    float large = 1 - lp_exp(-(q * t + t));
    return a < 0.95f ? p * x + x : __builtin_copysignf(large, x);
}

// The share of a normal distribution below x.
LP_INLINE float lp_phi(float x) { return 0.5f * (1 + lp_erf(x * 0x1.6a09e6p-1f)); }

// The argument of the tangent in GELU's approximation: sqrt(2 / pi) (x + 0.044715 x^3).
LP_INLINE float lp_gelu_inner(float x) { return 0.7978845608f * (x + 0.044715f * x * x * x); }

#endif
