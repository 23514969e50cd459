// Autograd functions written in C#: forward has run already, backward calls back into managed code.

#include "shim.h"

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <stdexcept>

using namespace rc;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

// Fills results with one owned handle (or null) an input tensor. Saved tensors are read through graph, which is valid during the call
// only. A returned text is the error message; it stays valid until the thread's next call.
using Backward = const char* (*)(void* context, void* graph, void** grads, int32_t grad_count, void** results, int32_t result_count);
using Release = void (*)(void* context);

// What C# hands over; the managed context is released with the graph.
struct Call : public torch::CustomClassHolder {
  Call(Backward backward, Release release, void* context) : backward(backward), release(release), context(context) {}
  ~Call() override { release(context); }

  Backward backward;
  Release release;
  void* context;
  size_t inputs = 0;
  variable_list outputs, dirty, constant, saved;
  bool materialize = true;
};

struct ManagedFunction : public torch::autograd::Function<ManagedFunction> {
  static variable_list forward(AutogradContext* ctx, at::TensorList inputs, const c10::intrusive_ptr<Call>& call) {
    call->inputs = inputs.size();
    ctx->save_for_backward(std::move(call->saved));
    ctx->mark_dirty(call->dirty);
    ctx->mark_non_differentiable(call->constant);
    ctx->set_materialize_grads(call->materialize);
    ctx->saved_data["call"] = c10::IValue::make_capsule(call);
    call->dirty.clear();
    call->constant.clear();
    return std::move(call->outputs);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto capsule = ctx->saved_data["call"].toCapsule();
    auto* call = static_cast<Call*>(capsule.get());
    std::vector<void*> given;
    given.reserve(grads.size());
    for (auto& grad : grads) given.push_back(give(std::move(grad)));
    std::vector<void*> results(call->inputs, nullptr);
    const char* error = call->backward(call->context, ctx, given.data(), static_cast<int32_t>(given.size()), results.data(),
                                       static_cast<int32_t>(results.size()));
    variable_list gradients;
    for (void* result : results) {
      gradients.push_back(borrow(result));
      drop(result);
    }
    if (error != nullptr) throw std::runtime_error(error);
    gradients.emplace_back();  // of the call itself, which is no tensor
    return gradients;
  }
};

variable_list borrow_all(void** handles, int32_t count) {
  variable_list tensors;
  for (int32_t k = 0; k < count; ++k) tensors.push_back(borrow(handles[k]));
  return tensors;
}

}  // namespace

// Joins outputs, computed without gradients, to the graph of the inputs. results has room for one handle an output. The context is
// released with the graph, or at once where there is none or the call fails.
RC_EXPORT int rc_function_join(void** inputs, int32_t input_count, void** outputs, int32_t output_count, void** dirty, int32_t dirty_count,
                               void** constant, int32_t constant_count, void** saved, int32_t saved_count, Backward backward, Release release,
                               void* context, int32_t materialize, void** results) {
  return guarded([&] {
    auto call = c10::make_intrusive<Call>(backward, release, context);
    call->outputs = borrow_all(outputs, output_count);
    call->dirty = borrow_all(dirty, dirty_count);
    call->constant = borrow_all(constant, constant_count);
    call->saved = borrow_all(saved, saved_count);
    call->materialize = materialize != 0;
    // Only a list of this very type counts as tensors to follow.
    const variable_list followed = borrow_all(inputs, input_count);
    variable_list joined = ManagedFunction::apply(at::TensorList(followed), call);
    for (int32_t k = 0; k < output_count; ++k) results[k] = give(std::move(joined[k]));
  });
}

// The saved tensors, in *results, an array to be freed by the caller; throws once the graph has been freed.
RC_EXPORT int rc_function_saved(void* graph, void*** results, int32_t* count) {
  return guarded([&] {
    variable_list saved = static_cast<AutogradContext*>(graph)->get_saved_variables();
    auto** handles = static_cast<void**>(std::malloc(sizeof(void*) * std::max<size_t>(1, saved.size())));
    TORCH_CHECK(handles != nullptr, "out of memory");
    for (size_t k = 0; k < saved.size(); ++k) handles[k] = give(std::move(saved[k]));
    *results = handles;
    *count = static_cast<int32_t>(saved.size());
  });
}
