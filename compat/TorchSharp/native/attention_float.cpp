// softmax(q kᵀ / √E) v for float32 on the CPU. A task is a block of query rows of one head (forward) or one head (backward), on one thread, so
// a block's scores stay in that core's cache between the products that BLAS computes; what lies between them is one pass each. Backward
// computes the weights anew from q, k and the rows' log-sum-exp. Heads are read and written where a decoder's projections put them ([B, L, H, E]
// in memory), so nothing is transposed.

#include "attention.h"
#include "products.h"
#include "row_loops.h"

#include <cmath>
#include <memory>

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr int64_t kBlock = 64;  // query rows of a task

RC_ROW_LOOP float dot(const float* left, const float* right, int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < count; ++j) sum += left[j] * right[j];
  return sum;
}

// gradient = weight · (gradient - mean), the derivative of softmax.
RC_ROW_LOOP void through_softmax(float* gradient, const float* weight, int64_t count, float mean) {
#pragma omp simd
  for (int64_t j = 0; j < count; ++j) gradient[j] = weight[j] * (gradient[j] - mean);
}

// One head's matrix: rows of `row` floats apart.
struct Matrix {
  float* data;
  int row;
  Matrix from(int64_t first) const { return {data + first * row, row}; }
};

// c = alpha · op(a) op(b) + beta · c on row-major matrices; BLAS counts by columns, so it sees the transposes in the other order.
void multiply(bool transpose_a, bool transpose_b, int64_t rows, int64_t columns, int64_t inner, float alpha, Matrix a, Matrix b, float beta, Matrix c) {
  const int m = static_cast<int>(columns), n = static_cast<int>(rows), k = static_cast<int>(inner);
  sgemm_(transpose_b ? "T" : "N", transpose_a ? "T" : "N", &m, &n, &k, &alpha, b.data, &b.row, a.data, &a.row, &beta, c.data, &c.row);
}

Matrix head(const at::Tensor& t, int64_t task) {
  return {t.data_ptr<float>() + (task / t.size(1)) * t.stride(0) + (task % t.size(1)) * t.stride(1), static_cast<int>(t.stride(2))};
}

// [B, H, L, D] that lies in memory as [B, L, H, D].
at::Tensor as_projected(const at::Tensor& contiguous) { return contiguous.transpose(1, 2); }

class FloatAttention {
 public:
  FloatAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal)
      : q_(q), k_(k), v_(v), causal_(causal), scale_(1.0f / std::sqrt(static_cast<float>(q.size(3)))) {}

  // The result, and each row's log-sum-exp [B, H, L].
  std::pair<at::Tensor, at::Tensor> forward() const {
    at::Tensor out = as_projected(at::empty({q_.size(0), queries(), q_.size(1), v_.size(3)}, q_.options()));
    at::Tensor sums = at::empty({q_.size(0), q_.size(1), queries()}, q_.options());
    const int64_t blocks = (queries() + kBlock - 1) / kBlock;
    at::parallel_for(0, heads() * blocks, 1, [&](int64_t begin, int64_t end) {
      std::unique_ptr<float[]> room(new float[kBlock * keys()]);
      for (int64_t task = begin; task < end; ++task) {
        const int64_t h = task / blocks, first = (task % blocks) * kBlock, rows = std::min(kBlock, queries() - first), width = seen(first + rows - 1);
        Matrix scores{room.get(), static_cast<int>(width)}, o = head(out, h).from(first);
        float* log_sums = sums.data_ptr<float>() + h * queries() + first;
        float inverse[kBlock];
        multiply(false, true, rows, width, q_.size(3), scale_, head(q_, h).from(first), head(k_, h), 0, scores);
        for (int64_t i = 0; i < rows; ++i) {
          float* row = scores.from(i).data;
          const int64_t visible = seen(first + i);
          const float most = largest(row, visible), sum = exponentiate(row, visible, most);
          std::fill(row + visible, row + width, 0.0f);
          log_sums[i] = most + std::log(sum);
          inverse[i] = 1.0f / sum;
        }
        multiply(false, false, rows, v_.size(3), width, 1, scores, head(v_, h), 0, o);
        for (int64_t i = 0; i < rows; ++i) {
          float* row = o.from(i).data;
          for (int64_t j = 0; j < v_.size(3); ++j) row[j] *= inverse[i];
        }
      }
    });
    return {out, sums};
  }

  std::tuple<at::Tensor, at::Tensor, at::Tensor> backward(const at::Tensor& grad_out, const at::Tensor& sums) const {
    at::Tensor dq = as_projected(at::empty({q_.size(0), queries(), q_.size(1), q_.size(3)}, q_.options()));
    at::Tensor dk = as_projected(at::zeros({k_.size(0), keys(), k_.size(1), k_.size(3)}, k_.options()));
    at::Tensor dv = as_projected(at::zeros({v_.size(0), keys(), v_.size(1), v_.size(3)}, v_.options()));
    at::parallel_for(0, heads(), 1, [&](int64_t begin, int64_t end) {
      std::unique_ptr<float[]> room(new float[2 * kBlock * keys()]);
      for (int64_t h = begin; h < end; ++h) {
        const Matrix q = head(q_, h), k = head(k_, h), v = head(v_, h), dout = head(grad_out, h), gq = head(dq, h), gk = head(dk, h), gv = head(dv, h);
        for (int64_t first = 0; first < queries(); first += kBlock) {
          const int64_t rows = std::min(kBlock, queries() - first), width = seen(first + rows - 1);
          const Matrix weights{room.get(), static_cast<int>(width)}, gradient{room.get() + kBlock * keys(), static_cast<int>(width)};
          const float* log_sums = sums.data_ptr<float>() + h * queries() + first;
          multiply(false, true, rows, width, q_.size(3), scale_, q.from(first), k, 0, weights);
          multiply(false, true, rows, width, v_.size(3), 1, dout.from(first), v, 0, gradient);
          for (int64_t i = 0; i < rows; ++i) {
            float *w = weights.from(i).data, *g = gradient.from(i).data;
            const int64_t visible = seen(first + i);
            exponentiate(w, visible, log_sums[i]);
            through_softmax(g, w, visible, dot(w, g, visible));
            std::fill(w + visible, w + width, 0.0f);
            std::fill(g + visible, g + width, 0.0f);
          }
          multiply(false, false, rows, q_.size(3), width, scale_, gradient, k, 0, gq.from(first));
          multiply(true, false, width, k_.size(3), rows, scale_, gradient, q.from(first), 1, gk);
          multiply(true, false, width, v_.size(3), rows, 1, weights, dout.from(first), 1, gv);
        }
      }
    });
    return {dq, dk, dv};
  }

 private:
  int64_t heads() const { return q_.size(0) * q_.size(1); }
  int64_t queries() const { return q_.size(2); }
  int64_t keys() const { return k_.size(2); }
  int64_t seen(int64_t query) const { return causal_ ? std::min(query + 1, keys()) : keys(); }

  const at::Tensor &q_, &k_, &v_;
  bool causal_;
  float scale_;
};

// Rows of one head must be runs of floats at a positive distance.
at::Tensor with_rows(const at::Tensor& t) {
  const bool good = (t.stride(3) == 1 || t.size(3) == 1) && t.stride(2) >= t.size(3) && t.stride(2) <= std::numeric_limits<int>::max();
  return good ? t : t.contiguous();
}

struct FloatAttentionFunction : public torch::autograd::Function<FloatAttentionFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal) {
    auto [out, sums] = FloatAttention(q, k, v, causal).forward();
    ctx->save_for_backward({q, k, v, sums});
    ctx->saved_data["causal"] = causal;
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "attention has no second derivative (create_graph)");
    auto saved = ctx->get_saved_variables();
    auto [dq, dk, dv] = FloatAttention(saved[0], saved[1], saved[2], ctx->saved_data["causal"].toBool()).backward(with_rows(grads[0]), saved[3]);
    return {dq, dk, dv, at::Tensor()};
  }
};

}  // namespace

bool rc::fits_float_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& mask) {
  return sgemm_ != nullptr && !mask.defined() && q.scalar_type() == at::kFloat && q.device().is_cpu() && q.dim() == 4 && k.dim() == 4 && v.dim() == 4;
}

at::Tensor rc::float_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal) {
  return FloatAttentionFunction::apply(with_rows(q), with_rows(k), with_rows(v), causal);
}
