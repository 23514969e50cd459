// Attention of float32 tensors on the CPU (attention_float.cpp), the case that training and generation spend their time in.
#pragma once

#include <ATen/core/Tensor.h>

namespace rc {

// True where float_attention can compute this: float32 on the CPU, four dimensions, no mask, and a BLAS to link to.
bool fits_float_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& mask);

// softmax(q kᵀ / √E) v over [B, H, L, E], [B, H, S, E] and [B, H, S, D]. Differentiable once.
at::Tensor float_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal);

}  // namespace rc
