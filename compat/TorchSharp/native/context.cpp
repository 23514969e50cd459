// Process and thread state: grad mode, threads, random generators, CUDA, type rules.

#include "shim.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/ScalarType.h>
#include <torch/cuda.h>

#include <mutex>

using namespace rc;

RC_EXPORT const char* rc_torch_version() { return TORCH_VERSION; }

RC_EXPORT int rc_grad_enabled() { return at::GradMode::is_enabled() ? 1 : 0; }

RC_EXPORT void rc_set_grad_enabled(int32_t value) { at::GradMode::set_enabled(value != 0); }

RC_EXPORT int rc_inference_enabled() { return c10::InferenceMode::is_enabled() ? 1 : 0; }

// The guard must be deleted on the thread that made it, innermost first.
RC_EXPORT void* rc_inference_guard(int32_t value) { return new c10::InferenceMode(value != 0); }

RC_EXPORT void rc_inference_guard_delete(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

RC_EXPORT int32_t rc_threads() { return at::get_num_threads(); }

RC_EXPORT int rc_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

RC_EXPORT int32_t rc_interop_threads() { return at::get_num_interop_threads(); }

RC_EXPORT int rc_set_interop_threads(int32_t count) {
  return guarded([&] { at::set_num_interop_threads(count); });
}

RC_EXPORT int rc_generator_new(uint64_t seed, int32_t device_type, int32_t device_index, void** out) {
  return guarded([&] {
    if (static_cast<c10::DeviceType>(device_type) == c10::DeviceType::CPU) {
      *out = new at::Generator(at::detail::createCPUGenerator(seed));
      return;
    }
    c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    at::Generator generator = at::globalContext().defaultGenerator(device).clone();
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
    *out = new at::Generator(generator);
  });
}

RC_EXPORT int rc_generator_default(void** out) {
  return guarded([&] { *out = new at::Generator(at::detail::getDefaultCPUGenerator()); });
}

RC_EXPORT void rc_generator_delete(void* generator) { delete static_cast<at::Generator*>(generator); }

RC_EXPORT int rc_generator_seed(void* handle, uint64_t seed) {
  return guarded([&] {
    auto& generator = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
  });
}

RC_EXPORT int rc_generator_initial_seed(void* handle, uint64_t* out) {
  return guarded([&] { *out = static_cast<at::Generator*>(handle)->current_seed(); });
}

RC_EXPORT int rc_generator_state(void* handle, void** out) {
  return guarded([&] {
    auto& generator = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    *out = give(generator.get_state());
  });
}

RC_EXPORT int rc_generator_set_state(void* handle, void* state) {
  return guarded([&] {
    TORCH_CHECK(state != nullptr, "the generator state is null");
    auto& generator = *static_cast<at::Generator*>(handle);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(borrow(state));
  });
}

RC_EXPORT int rc_cuda_is_available(int32_t* out) {
  return guarded([&] { *out = torch::cuda::is_available() ? 1 : 0; });
}

RC_EXPORT int rc_cudnn_is_available(int32_t* out) {
  return guarded([&] { *out = torch::cuda::cudnn_is_available() ? 1 : 0; });
}

RC_EXPORT int rc_cuda_device_count(int32_t* out) {
  return guarded([&] { *out = static_cast<int32_t>(torch::cuda::device_count()); });
}

RC_EXPORT int rc_cuda_seed(uint64_t seed) {
  return guarded([&] { torch::cuda::manual_seed(seed); });
}

RC_EXPORT int rc_cuda_seed_all(uint64_t seed) {
  return guarded([&] { torch::cuda::manual_seed_all(seed); });
}

RC_EXPORT int rc_cuda_synchronize(int64_t device) {
  return guarded([&] { torch::cuda::synchronize(device); });
}

namespace {

// The flag was a bool before it became an option of three.
bool reduces(bool flag) { return flag; }

template <typename Option>
bool reduces(Option option) {
  return option == Option::AllowReducedPrecisionWithSplitK;
}

}  // namespace

// The switches of torch.backends.cuda, numbered as in C#'s CudaSwitch.
RC_EXPORT int rc_cuda_switch(int32_t which, int32_t* out) {
  return guarded([&] {
    auto& context = at::globalContext();
    bool on = false;
    switch (which) {
      case 0: on = context.allowTF32CuBLAS(); break;
      case 1: on = reduces(context.allowFP16ReductionCuBLAS()); break;
      case 2: on = context.allowTF32CuDNN(); break;
#if RC_TORCH_AT_LEAST(2, 0)
      case 3: on = context.userEnabledFlashSDP(); break;
      case 4: on = context.userEnabledMathSDP(); break;
#else
      case 4: on = true; break;  // attention by the plain mathematics is all there is
#endif
      default: break;
    }
    *out = on ? 1 : 0;
  });
}

RC_EXPORT int rc_set_cuda_switch(int32_t which, int32_t value) {
  return guarded([&] {
    auto& context = at::globalContext();
    switch (which) {
      case 0: context.setAllowTF32CuBLAS(value != 0); break;
      case 1: context.setAllowFP16ReductionCuBLAS(value != 0); break;
      case 2: context.setAllowTF32CuDNN(value != 0); break;
#if RC_TORCH_AT_LEAST(2, 0)
      case 3: context.setSDPUseFlash(value != 0); break;
      case 4: context.setSDPUseMath(value != 0); break;
#endif
      default: break;
    }
  });
}

RC_EXPORT int rc_promote_types(int32_t left, int32_t right, int32_t* out) {
  return guarded([&] {
    *out = static_cast<int32_t>(c10::promoteTypes(static_cast<c10::ScalarType>(left), static_cast<c10::ScalarType>(right)));
  });
}

RC_EXPORT int rc_can_cast(int32_t from, int32_t to) {
  return c10::canCast(static_cast<c10::ScalarType>(from), static_cast<c10::ScalarType>(to)) ? 1 : 0;
}
