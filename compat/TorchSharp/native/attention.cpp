// scaled_dot_product_attention for a libtorch without the fused one: the checks, and the cases that attention_float.cpp has no kernel for.
// Queries go in chunks, and backward computes each chunk's weights anew from q and k, so memory grows with chunk x keys, never with
// queries x keys. A causal chunk looks at keys up to its end only.
// Semantics are PyTorch 2's: is_causal is aligned top left, a boolean mask keeps where true, and a row with no key at all gives zeros.

#include "shim.h"

#include "attention.h"

#include <cmath>
#include <limits>

#include <ATen/ExpandUtils.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/_softmax_backward_data.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace rc;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr int64_t kLargestChunk = 128;
constexpr int64_t kSmallestChunk = 16;
constexpr int64_t kChunkElements = int64_t{1} << 24;  // of the weights of one chunk, all heads together

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

// One chunk's view of the problem: rows [begin, begin + rows) of the queries against keys [0, keys).
struct Chunk {
  int64_t begin, rows, keys;
};

// The batch dimensions folded into one: q [B, L, E], k [B, S, E], v [B, S, D], mask [B, L, S] or undefined.
class Attention {
 public:
  Attention(at::Tensor q, at::Tensor k, at::Tensor v, at::Tensor mask, bool causal)
      : q_(std::move(q)), k_(std::move(k)), v_(std::move(v)), mask_(std::move(mask)), causal_(causal), scale_(1.0 / std::sqrt(static_cast<double>(q_.size(2)))) {
    const int64_t most = kChunkElements / std::max<int64_t>(1, batch() * keys());
    chunk_ = std::min(queries(), std::max(kSmallestChunk, std::min(kLargestChunk, most)));
    const int64_t room = batch() * chunk_ * keys();
    scores_ = at::empty({room}, q_.options());
    weights_ = at::empty({room}, q_.options());
  }

  at::Tensor forward() {
    at::Tensor out = at::empty({batch(), queries(), v_.size(2)}, q_.options());
    for (int64_t begin = 0; begin < queries(); begin += chunk_) {
      const Chunk c = chunk(begin);
      at::Tensor rows = out.narrow(1, c.begin, c.rows);
      if (c.keys == 0) rows.zero_();
      else at::bmm_out(rows, weights(c), v_.narrow(1, 0, c.keys));
    }
    return out;
  }

  // Gradients with respect to q, k and v. Types of less than 32 bits add up their chunks' k and v gradients in float32.
  std::tuple<at::Tensor, at::Tensor, at::Tensor> backward(const at::Tensor& grad_out) {
    const bool narrow_type = q_.element_size() < 4;
    const auto sums = narrow_type ? q_.options().dtype(at::kFloat) : q_.options();
    at::Tensor dq = at::empty(q_.sizes(), q_.options());
    at::Tensor dk = at::zeros(k_.sizes(), sums), dv = at::zeros(v_.sizes(), sums);
    at::Tensor dweights = at::empty_like(weights_);
    for (int64_t begin = 0; begin < queries(); begin += chunk_) {
      const Chunk c = chunk(begin);
      at::Tensor dq_rows = dq.narrow(1, c.begin, c.rows);
      if (c.keys == 0) {
        dq_rows.zero_();
        continue;
      }
      at::Tensor w = weights(c), dout = grad_out.narrow(1, c.begin, c.rows), k = k_.narrow(1, 0, c.keys);
      at::Tensor dw = view(dweights, c), ds = view(scores_, c);
      at::bmm_out(dw, dout, v_.narrow(1, 0, c.keys).transpose(1, 2));
      at::_softmax_backward_data_out(ds, dw, w, -1, w.scalar_type());
      ds.mul_(scale_);
      at::bmm_out(dq_rows, ds, k);
      accumulate(dk.narrow(1, 0, c.keys), ds.transpose(1, 2), q_.narrow(1, c.begin, c.rows), narrow_type);
      accumulate(dv.narrow(1, 0, c.keys), w.transpose(1, 2), dout, narrow_type);
    }
    return {dq, dk.to(k_.scalar_type()), dv.to(v_.scalar_type())};
  }

 private:
  int64_t batch() const { return q_.size(0); }
  int64_t queries() const { return q_.size(1); }
  int64_t keys() const { return k_.size(1); }

  Chunk chunk(int64_t begin) const {
    const int64_t rows = std::min(chunk_, queries() - begin);
    return {begin, rows, causal_ ? std::min(begin + rows, keys()) : keys()};
  }

  at::Tensor view(const at::Tensor& buffer, const Chunk& c) const {
    return buffer.narrow(0, 0, batch() * c.rows * c.keys).view({batch(), c.rows, c.keys});
  }

  at::Tensor weights(const Chunk& c) {
    at::Tensor s = view(scores_, c), w = view(weights_, c);
    at::bmm_out(s, q_.narrow(1, c.begin, c.rows).mul(scale_), k_.narrow(1, 0, c.keys).transpose(1, 2));
    if (causal_ && c.keys > c.begin) {
      // Columns before the chunk's first row are seen by all its rows; only the square from there on needs the triangle.
      const int64_t columns = c.keys - c.begin;
      at::Tensor later = at::ones({c.rows, columns}, s.options().dtype(at::kBool)).triu_(1);
      s.narrow(2, c.begin, columns).masked_fill_(later, kMinusInfinity);
    }
    if (!mask_.defined()) {
      at::_softmax_out(w, s, -1, false);
      return w;
    }
    at::Tensor mask = mask_.narrow(1, c.begin, c.rows);
    if (mask.scalar_type() == at::kBool) s.masked_fill_(mask.logical_not(), kMinusInfinity);
    else s.add_(mask);
    at::Tensor blind = s.amax({-1}, true).eq(kMinusInfinity);
    at::_softmax_out(w, s, -1, false);
    w.masked_fill_(blind, 0);
    return w;
  }

  static void accumulate(at::Tensor sum, const at::Tensor& left, const at::Tensor& right, bool narrow_type) {
    if (narrow_type) sum.add_(at::bmm(left, right));
    else sum.baddbmm_(left, right);
  }

  at::Tensor q_, k_, v_, mask_;
  bool causal_;
  double scale_;
  int64_t chunk_;
  at::Tensor scores_, weights_;
};

struct ChunkedAttention : public torch::autograd::Function<ChunkedAttention> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Optional<at::Tensor>& mask, bool causal) {
    const at::Tensor present = mask.has_value() ? *mask : at::Tensor();
    ctx->save_for_backward({q, k, v, present});
    ctx->saved_data["causal"] = causal;
    return Attention(q, k, v, present, causal).forward();
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "chunked attention has no second derivative (create_graph)");
    auto saved = ctx->get_saved_variables();
    Attention attention(saved[0], saved[1], saved[2], saved[3], ctx->saved_data["causal"].toBool());
    auto [dq, dk, dv] = attention.backward(grads[0]);
    return {dq, dk, dv, at::Tensor(), at::Tensor()};
  }
};

// Keeps the whole matrix: only for dropout and for a mask that is trained.
at::Tensor whole(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& mask, double dropout, bool causal) {
  at::Tensor s = at::matmul(q.mul(1.0 / std::sqrt(static_cast<double>(q.size(-1)))), k.transpose(-2, -1));
  if (causal) s = s.masked_fill(at::ones({s.size(-2), s.size(-1)}, s.options().dtype(at::kBool)).triu_(1), kMinusInfinity);
  if (mask.defined()) s = mask.scalar_type() == at::kBool ? s.masked_fill(mask.logical_not(), kMinusInfinity) : s.add(mask);
  at::Tensor w = at::softmax(s, -1);
  if (mask.defined()) w = w.masked_fill(s.amax({-1}, true).eq(kMinusInfinity), 0);
  return at::matmul(dropout > 0 ? at::dropout(w, dropout, true) : w, v);
}

void check(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& mask, bool causal) {
  TORCH_CHECK(q.dim() >= 2 && k.dim() >= 2 && v.dim() >= 2, "Expected query, key, and value to all be at least 2 dimensional, but got ",
              q.dim(), ", ", k.dim(), " and ", v.dim(), " dimensions");
  TORCH_CHECK(q.scalar_type() == k.scalar_type() && q.scalar_type() == v.scalar_type(),
              "Expected query, key, and value to have the same dtype, but got ", q.scalar_type(), ", ", k.scalar_type(), " and ", v.scalar_type());
  TORCH_CHECK(q.device() == k.device() && q.device() == v.device(), "Expected query, key, and value to have the same device type");
  TORCH_CHECK(at::isFloatingType(q.scalar_type()), "attention needs floating point tensors, not ", q.scalar_type());
  TORCH_CHECK(q.size(-1) == k.size(-1), "query and key must have the same last dimension, but got ", q.size(-1), " and ", k.size(-1));
  TORCH_CHECK(k.size(-2) == v.size(-2), "key and value must have the same length, but got ", k.size(-2), " and ", v.size(-2));
  TORCH_CHECK(!(mask.defined() && causal), "Explicit attn_mask should not be set when is_causal=True");
  TORCH_CHECK(!mask.defined() || mask.scalar_type() == at::kBool || mask.scalar_type() == q.scalar_type(),
              "Expected attn_mask dtype to be bool or to match query dtype, but got ", mask.scalar_type(), " and ", q.scalar_type());
}

// The leading dimensions broadcast to batch and folded into one.
at::Tensor fold(const at::Tensor& t, const std::vector<int64_t>& batch, int64_t rows, int64_t columns) {
  std::vector<int64_t> sizes(batch);
  sizes.push_back(rows);
  sizes.push_back(columns);
  return t.expand(sizes).reshape({-1, rows, columns});
}

// As fold, but a mask that is the same for the whole batch stays one.
at::Tensor fold_mask(const at::Tensor& mask, const std::vector<int64_t>& batch, int64_t queries, int64_t keys) {
  int64_t copies = 1;
  for (int64_t d = 0; d + 2 < mask.dim(); ++d) copies *= mask.size(d);
  if (copies > 1) return fold(mask, batch, queries, keys);
  at::Tensor flat = mask;
  while (flat.dim() > 2) flat = flat.squeeze(0);
  return flat.expand({1, queries, keys});
}

}  // namespace

RC_EXPORT int rc_attention(void* query, void* key, void* value, void* attn_mask, double dropout, int32_t causal, void** out) {
  return guarded([&] {
    at::Tensor q = borrow(query), k = borrow(key), v = borrow(value), mask = borrow(attn_mask);
    check(q, k, v, mask, causal != 0);
    if (dropout > 0 || (mask.defined() && mask.requires_grad()) || q.numel() == 0 || k.numel() == 0 || v.numel() == 0) {
      *out = give(whole(q, k, v, mask, dropout, causal != 0));
      return;
    }
    const int64_t queries = q.size(-2), keys = k.size(-2);
    std::vector<int64_t> batch = at::infer_size(q.sizes().slice(0, q.dim() - 2), k.sizes().slice(0, k.dim() - 2));
    batch = at::infer_size(batch, v.sizes().slice(0, v.dim() - 2));
    if (batch.size() == 2 && fits_float_attention(q, k, v, mask)) {
      auto spread = [&](const at::Tensor& t) { return t.expand({batch[0], batch[1], t.size(2), t.size(3)}); };
      *out = give(float_attention(spread(q), spread(k), spread(v), causal != 0));
      return;
    }
    if (mask.defined()) mask = fold_mask(mask, batch, queries, keys);
    at::Tensor result = ChunkedAttention::apply(fold(q, batch, queries, q.size(-1)), fold(k, batch, keys, k.size(-1)),
                                                fold(v, batch, keys, v.size(-1)),
                                                mask.defined() ? Optional<at::Tensor>(mask) : Optional<at::Tensor>(), causal != 0);
    std::vector<int64_t> sizes(batch);
    sizes.push_back(queries);
    sizes.push_back(v.size(-1));
    *out = give(result.view(sizes));
  });
}
