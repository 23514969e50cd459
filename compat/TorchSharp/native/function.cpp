// Autograd functions written in C#: a graph node whose backward calls back into managed code.

#include "shim.h"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <stdexcept>

using namespace rc;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

namespace {

// Fills results with one owned handle (or null) an input; a returned text is the error message and stays valid until the next call.
using Backward = const char* (*)(void* context, void** grads, int32_t grad_count, void** results, int32_t result_count);
using Release = void (*)(void* context);

struct ManagedNode : public torch::autograd::Node {
  ManagedNode(Backward backward, Release release, void* context, bool materialize)
      : backward_(backward), release_(release), context_(context), materialize_(materialize) {}

  ~ManagedNode() override { release_(context_); }

  std::string name() const override { return "ManagedFunction"; }

  variable_list apply(variable_list&& grads) override {
    std::vector<void*> given;
    given.reserve(grads.size());
    for (size_t k = 0; k < grads.size(); ++k) {
      if (!grads[k].defined() && materialize_ && differentiable_[k]) grads[k] = input_metadata(k).zeros_like();
      given.push_back(give(grads[k]));
    }
    std::vector<void*> results(num_outputs(), nullptr);
    const char* error = backward_(context_, given.data(), static_cast<int32_t>(given.size()), results.data(), static_cast<int32_t>(results.size()));
    variable_list gradients;
    for (void* result : results) {
      gradients.push_back(borrow(result));
      drop(result);
    }
    if (error != nullptr) throw std::runtime_error(error);
    return gradients;
  }

  void release_variables() override { saved_.clear(); released_ = true; }

  std::vector<SavedVariable> saved_;
  std::vector<bool> differentiable_;  // an entry an output
  bool released_ = false;

 private:
  Backward backward_;
  Release release_;
  void* context_;
  bool materialize_;
};

bool among(const at::Tensor& t, void** handles, int32_t count) {
  return std::find(handles, handles + count, static_cast<void*>(t.unsafeGetTensorImpl())) != handles + count;
}

}  // namespace

// Joins outputs, computed without gradients, to the graph behind a new node. results has room for one handle an output; *node is valid as
// long as release(context) has not been called. The context is released on failure, too.
RC_EXPORT int rc_function_join(void** inputs, int32_t input_count, void** outputs, int32_t output_count, void** dirty, int32_t dirty_count,
                               void** constant, int32_t constant_count, void** saved, int32_t saved_count, Backward backward, Release release,
                               void* context, int32_t materialize, void** node, void** results) {
  return guarded([&] {
    std::shared_ptr<ManagedNode> made(new ManagedNode(backward, release, context, materialize != 0), torch::autograd::deleteNode);
    *node = made.get();
    variable_list tensors;
    for (int32_t k = 0; k < input_count; ++k) tensors.push_back(borrow(inputs[k]));
    made->set_next_edges(torch::autograd::collect_next_edges(tensors));
    variable_list joined;
    for (int32_t k = 0; k < output_count; ++k) {
      at::Tensor out = borrow(outputs[k]);
      const bool changed = among(out, dirty, dirty_count);
      const bool fixed = among(out, constant, constant_count) || !torch::autograd::isDifferentiableType(out.scalar_type());
      made->differentiable_.push_back(!fixed);
      if (fixed) {
        made->add_input_metadata(torch::autograd::Node::undefined_input());
        joined.push_back(among(out, inputs, input_count) ? out.detach() : out);
      } else if (changed) {
        TORCH_CHECK(!(out.is_leaf() && out.requires_grad()), "a leaf Variable that requires grad has been used in an in-place operation");
        out.unsafeGetTensorImpl()->bump_version();
        const auto number = made->add_input_metadata(out);
        torch::autograd::impl::rebase_history(out, {made, number});
        joined.push_back(out);
      } else {
        // An input or a view that is returned gets an identity of its own, or the edge would be the input's.
        if (among(out, inputs, input_count) || out.is_view() || out.requires_grad()) out = out.detach();
        torch::autograd::set_history(out, made);
        joined.push_back(out);
      }
    }
    for (int32_t k = 0; k < saved_count; ++k) {
      at::Tensor t = borrow(saved[k]);
      made->saved_.emplace_back(t, t.defined() && t.grad_fn() == made);
    }
    for (int32_t k = 0; k < output_count; ++k) results[k] = give(std::move(joined[k]));
  });
}

RC_EXPORT int32_t rc_function_saved_count(void* node) { return static_cast<int32_t>(static_cast<ManagedNode*>(node)->saved_.size()); }

RC_EXPORT int rc_function_saved(void* node, void** results) {
  return guarded([&] {
    auto* managed = static_cast<ManagedNode*>(node);
    TORCH_CHECK(!managed->released_, "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). "
                "Specify retain_graph=True if you need to backward through the graph a second time.");
    std::shared_ptr<torch::autograd::Node> self = managed->shared_from_this();
    for (size_t k = 0; k < managed->saved_.size(); ++k) results[k] = give(managed->saved_[k].unpack(self));
  });
}
