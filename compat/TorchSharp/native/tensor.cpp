// What a tensor is made of (sizes, type, device, memory), and its autograd state.

#include "shim.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

using namespace rc;

namespace {

enum Flags : int32_t {
  kContiguous = 1,
  kRequiresGrad = 2,
  kLeaf = 4,
  kSparse = 8,
  kHasStorage = 16,
};

// The sizes and strides point into the tensor and live as long as it does and isn't reshaped in place.
struct Meta {
  int64_t numel;
  int64_t storage_offset;
  const int64_t* sizes;
  const int64_t* strides;
  int32_t ndim;
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t itemsize;
  int32_t flags;
};

std::vector<at::Tensor> borrow_all(void** handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int32_t k = 0; k < count; ++k) tensors.push_back(borrow(handles[k]));
  return tensors;
}

}  // namespace

RC_EXPORT int rc_meta(void* handle, Meta* out) {
  return guarded([&] {
    at::Tensor t = borrow(handle);
    out->numel = t.numel();
    out->ndim = static_cast<int32_t>(t.dim());
    out->sizes = t.sizes().data();
    out->dtype = static_cast<int32_t>(t.scalar_type());
    out->device_type = static_cast<int32_t>(t.device().type());
    out->device_index = t.device().index();
    out->itemsize = static_cast<int32_t>(t.itemsize());
    const bool sparse = t.layout() != at::kStrided;
    out->strides = sparse ? nullptr : t.strides().data();
    out->storage_offset = sparse ? 0 : t.storage_offset();
    out->flags = (!sparse && t.is_contiguous() ? kContiguous : 0) | (t.requires_grad() ? kRequiresGrad : 0) |
        (t.is_leaf() ? kLeaf : 0) | (sparse ? kSparse : 0) | (t.has_storage() ? kHasStorage : 0);
  });
}

RC_EXPORT int rc_data(void* handle, void** out) {
  return guarded([&] { *out = borrow(handle).data_ptr(); });
}

// deleter(context) runs once, when the last tensor over the memory is gone; on failure it does not run.
RC_EXPORT int rc_from_blob(void* data, int64_t count, int32_t dtype, void (*deleter)(void*), void* context, void** out) {
  return guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    *out = give(at::from_blob(data, {count}, [deleter, context](void*) { deleter(context); }, options));
  });
}

RC_EXPORT int rc_grad(void* handle, void** out) {
  return guarded([&] { *out = give(borrow(handle).grad()); });
}

RC_EXPORT int rc_set_grad(void* handle, void* grad) {
  return guarded([&] {
    at::Tensor t = borrow(handle), g = borrow(grad);
    if (g.defined()) {
      TORCH_CHECK(g.sizes() == t.sizes(), "assigned grad has the shape ", g.sizes(), ", the tensor ", t.sizes());
      TORCH_CHECK(g.scalar_type() == t.scalar_type() && g.device() == t.device(), "assigned grad has data of a different type or device");
    }
    t.mutable_grad() = g;
  });
}

RC_EXPORT int rc_set_requires_grad(void* handle, int32_t value) {
  return guarded([&] { borrow(handle).set_requires_grad(value != 0); });
}

RC_EXPORT int rc_retain_grad(void* handle) {
  return guarded([&] { borrow(handle).retain_grad(); });
}

RC_EXPORT int rc_backward(void** tensors, int32_t count, void** grads, int32_t grad_count, int32_t retain_graph, int32_t create_graph,
                          void** inputs, int32_t input_count) {
  return guarded([&] {
    torch::autograd::backward(borrow_all(tensors, count), borrow_all(grads, grad_count), retain_graph != 0, create_graph != 0,
                              borrow_all(inputs, input_count));
  });
}

// results has room for one handle an input; an unused input's gradient is null where allow_unused permits it.
RC_EXPORT int rc_autograd_grad(void** outputs, int32_t count, void** inputs, int32_t input_count, void** grads, int32_t grad_count,
                               int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** results) {
  return guarded([&] {
    auto gradients = torch::autograd::grad(borrow_all(outputs, count), borrow_all(inputs, input_count), borrow_all(grads, grad_count),
                                           retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t k = 0; k < input_count; ++k) results[k] = give(std::move(gradients[k]));
  });
}
