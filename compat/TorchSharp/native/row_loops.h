// Loops over a row of floats, written so that the compiler vectorises them.
#pragma once

#include <cstdint>
#include <cstring>

// Compiled once for each processor generation; the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define RC_ROW_LOOP __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define RC_ROW_LOOP
#endif

namespace {

// e^x for x up to about 0, to 2 units in the last place (Cephes' polynomial); below -87 it stays at e^-87. NaN stays NaN.
inline __attribute__((always_inline)) float exp_of(float x) {
  x = -87.0f > x ? -87.0f : x;
  const float shifted = x * 1.44269504088896341f + 12582912.0f;  // 1.5 · 2^23: the integer part lands in the low bits
  const float n = shifted - 12582912.0f;
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t exponent, bits;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  std::memcpy(&bits, &p, sizeof bits);
  bits += exponent << 23;
  std::memcpy(&p, &bits, sizeof p);
  return p;
}

RC_ROW_LOOP float largest(const float* row, int64_t count) {
  float most = row[0];
#pragma omp simd reduction(max : most)
  for (int64_t j = 0; j < count; ++j) most = row[j] > most ? row[j] : most;
  return most;
}

// row = e^(row - shift); returns the sum.
RC_ROW_LOOP float exponentiate(float* row, int64_t count, float shift) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < count; ++j) {
    const float e = exp_of(row[j] - shift);
    row[j] = e;
    sum += e;
  }
  return sum;
}

}  // namespace
