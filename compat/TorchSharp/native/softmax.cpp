// log_softmax and exp of float32 on the CPU without gradient, as a loss that differentiates itself wants them: one pass over memory a row.

#include "row_loops.h"
#include "shim.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

using namespace rc;

namespace {

// The sum of e^(row - shift), in four-thousands so that float32 keeps its digits over a long row.
RC_ROW_LOOP double sum_of_exponentials(const float* row, int64_t count, float shift) {
  double total = 0;
  for (int64_t start = 0; start < count; start += 4096) {
    const int64_t end = start + 4096 < count ? start + 4096 : count;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = start; j < end; ++j) sum += exp_of(row[j] - shift);
    total += sum;
  }
  return total;
}

// x - most - log_sum, in this order: the first difference is exact near the largest.
RC_ROW_LOOP void subtract(const float* row, float* out, int64_t count, float most, float log_sum) {
#pragma omp simd
  for (int64_t j = 0; j < count; ++j) out[j] = row[j] - most - log_sum;
}

bool plain_float(const at::Tensor& t) { return t.scalar_type() == at::kFloat && t.device().is_cpu() && t.layout() == at::kStrided; }

bool learns(const at::Tensor& t) { return at::GradMode::is_enabled() && t.requires_grad(); }

}  // namespace

// log_softmax over the last dimension of a matrix; null where libtorch must compute it.
RC_EXPORT int rc_log_softmax(void* input, void** out) {
  return guarded([&] {
    at::Tensor x = borrow(input);
    *out = nullptr;
    if (!plain_float(x) || learns(x) || x.dim() != 2 || x.size(1) == 0 || x.stride(1) != 1) return;
    at::Tensor result = at::empty(x.sizes(), x.options());
    const float* from = x.data_ptr<float>();
    float* to = result.data_ptr<float>();
    const int64_t columns = x.size(1), apart = x.stride(0);
    at::parallel_for(0, x.size(0), std::max<int64_t>(1, 8192 / columns), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const float* row = from + i * apart;
        const float most = largest(row, columns);
        subtract(row, to + i * columns, columns, most, static_cast<float>(std::log(sum_of_exponentials(row, columns, most))));
      }
    });
    *out = give(result);
  });
}
