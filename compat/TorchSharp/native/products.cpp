// Large products of float32 matrices on the CPU: one slice a thread, each slice one BLAS call of its own. BLAS' own threads share packed
// operands and wait for each other by yielding, which costs a twentieth on an idle machine and far more on a busy one.

#include "products.h"
#include "shim.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>
#include <memory>

using namespace rc;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr int64_t kLeast = 1 << 22;  // multiplications below which one BLAS call does

// A row-major matrix, or one whose transpose is.
struct Matrix {
  explicit Matrix(const at::Tensor& t) : data(t.data_ptr<float>()), transposed(t.stride(1) != 1 || t.stride(0) < t.size(1)), apart(transposed ? t.stride(1) : t.stride(0)) {}
  static bool fits(const at::Tensor& t) {
    auto fits = [&](int across, int along) {
      return t.stride(along) == 1 && t.stride(across) >= t.size(along) && t.stride(across) <= std::numeric_limits<int>::max();
    };
    return t.dim() == 2 && t.scalar_type() == at::kFloat && t.device().is_cpu() && t.layout() == at::kStrided && (fits(0, 1) || fits(1, 0));
  }
  float* at(int64_t row, int64_t column) const { return data + (transposed ? column * apart + row : row * apart + column); }

  float* data;
  bool transposed;
  int64_t apart;
};

// c = a b + beta · c, c row-major; BLAS counts by columns, so it sees the operands in the other order.
void blas(const float* a, const Matrix& la, const float* b, const Matrix& lb, float* c, int64_t apart, int64_t rows, int64_t columns, int64_t inner, float beta) {
  const int m = static_cast<int>(columns), n = static_cast<int>(rows), k = static_cast<int>(inner);
  const int lda = static_cast<int>(la.apart), ldb = static_cast<int>(lb.apart), ldc = static_cast<int>(apart);
  const float one = 1;
  sgemm_(lb.transposed ? "T" : "N", la.transposed ? "T" : "N", &m, &n, &k, &one, b, &ldb, a, &lda, &beta, c, &ldc);
}

int64_t slice(int64_t count, int64_t part, int64_t parts) {
  return part == parts ? count : std::min(count, (count * part / parts + 15) / 16 * 16);
}

// c = a b + beta · c. Slices lie along the longest of the three lengths.
void multiply(const at::Tensor& left, const at::Tensor& right, const at::Tensor& result, float beta) {
  const Matrix a(left), b(right), c(result);
  const int64_t rows = left.size(0), columns = right.size(1), inner = left.size(1);
  const int64_t parts = at::in_parallel_region() || rows * columns * inner < kLeast ? 1 : at::get_num_threads();
  auto run = [&](auto&& body) {
    at::parallel_for(0, parts, 1, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part) body(part);
    });
  };
  if (parts == 1) {
    blas(a.data, a, b.data, b, c.data, c.apart, rows, columns, inner, beta);
  } else if (inner > 4 * std::max(rows, columns)) {
    // Sums of slices of the inner length: the first goes into c, the others into room of their own and from there into c.
    std::unique_ptr<float[]> room(new float[(parts - 1) * rows * columns]);
    run([&](int64_t part) {
      const int64_t first = slice(inner, part, parts), length = slice(inner, part + 1, parts) - first;
      float* to = part == 0 ? c.data : room.get() + (part - 1) * rows * columns;
      blas(a.at(0, first), a, b.at(first, 0), b, to, part == 0 ? c.apart : columns, rows, columns, length, part == 0 ? beta : 0);
    });
    for (int64_t part = 1; part < parts; ++part) {
      for (int64_t i = 0; i < rows; ++i) {
        float* to = c.data + i * c.apart;
        const float* from = room.get() + ((part - 1) * rows + i) * columns;
        for (int64_t j = 0; j < columns; ++j) to[j] += from[j];
      }
    }
  } else if (rows >= columns) {
    run([&](int64_t part) {
      const int64_t first = slice(rows, part, parts), count = slice(rows, part + 1, parts) - first;
      if (count > 0) blas(a.at(first, 0), a, b.data, b, c.at(first, 0), c.apart, count, columns, inner, beta);
    });
  } else {
    run([&](int64_t part) {
      const int64_t first = slice(columns, part, parts), count = slice(columns, part + 1, parts) - first;
      if (count > 0) blas(a.data, a, b.at(0, first), b, c.at(0, first), c.apart, rows, count, inner, beta);
    });
  }
}

bool fits(const at::Tensor& left, const at::Tensor& right) {
  constexpr int64_t most = std::numeric_limits<int>::max();
  return sgemm_ != nullptr && Matrix::fits(left) && Matrix::fits(right) && left.size(1) == right.size(0) && left.size(0) <= most && right.size(1) <= most &&
         left.size(1) <= most && left.size(0) * left.size(1) * right.size(1) >= kLeast;
}

at::Tensor product(const at::Tensor& left, const at::Tensor& right) {
  if (!fits(left, right)) return left.mm(right);
  at::Tensor result = at::empty({left.size(0), right.size(1)}, left.options());
  multiply(left, right, result, 0);
  return result;
}

// x wᵀ.
struct FloatLinear : public torch::autograd::Function<FloatLinear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight) {
    ctx->save_for_backward({x, weight});
    return product(x, weight.t());
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &grad = grads[0];
    const bool again = at::GradMode::is_enabled();  // create_graph: libtorch's products are differentiable
    at::Tensor dx, dweight;
    if (ctx->needs_input_grad(0)) dx = again ? grad.mm(weight) : product(grad, weight);
    if (ctx->needs_input_grad(1)) dweight = again ? grad.t().mm(x) : product(grad.t(), x);
    return {dx, dweight};
  }
};

}  // namespace

// x wᵀ, or null where libtorch's own product is the better one.
RC_EXPORT int rc_linear(void* input, void* weight, void** out) {
  return guarded([&] {
    at::Tensor x = borrow(input), w = borrow(weight);
    *out = w.dim() == 2 && fits(x, w.t()) ? give(FloatLinear::apply(x, w)) : nullptr;
  });
}

// self = left right + beta · self; done is 0 where nothing was computed because libtorch's own product must do it.
RC_EXPORT int rc_addmm_(void* self, void* left, void* right, float beta, int32_t* done) {
  return guarded([&] {
    at::Tensor c = borrow(self), a = borrow(left), b = borrow(right);
    const bool learns = at::GradMode::is_enabled() && (c.requires_grad() || a.requires_grad() || b.requires_grad());
    *done = !learns && !c.is_inference() && fits(a, b) && Matrix::fits(c) && !Matrix(c).transposed && c.size(0) == a.size(0) && c.size(1) == b.size(1) &&
            !c.is_alias_of(a) && !c.is_alias_of(b);
    if (!*done) return;
    multiply(a, b, c, beta);
    c.unsafeGetTensorImpl()->bump_version();
  });
}
