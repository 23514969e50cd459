// Products of float32 matrices on the CPU.
#pragma once

#include <cstdint>

// The product libtorch itself uses; a libtorch that hides its BLAS leaves this null.
extern "C" __attribute__((weak)) void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k, const float* alpha,
                                             const float* a, const int* lda, const float* b, const int* ldb, const float* beta, float* c, const int* ldc);
