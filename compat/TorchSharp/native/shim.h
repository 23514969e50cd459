// The C border between ReflectionCoder.Compat.TorchSharp and libtorch. One convention for all functions:
// the return value is 0 on success and 1 on failure, and rc_error() then gives libtorch's message (kept per thread).
// A tensor handle is a c10::TensorImpl* that owns one reference; null is the undefined tensor.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <ATen/ATen.h>
#include <torch/version.h>

#define RC_EXPORT extern "C" __attribute__((visibility("default")))

#define RC_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace rc {

#if RC_TORCH_AT_LEAST(2, 3)
template <typename T> using Optional = std::optional<T>;
#else
template <typename T> using Optional = c10::optional<T>;
#endif

// The kinds a boxed value can have; the C# enum Tag mirrors them.
enum Tag : int32_t {
  kDefault = 0,
  kNone = 1,
  kInt = 2,
  kDouble = 3,
  kBool = 4,
  kTensor = 5,
  kIntList = 6,
  kDoubleList = 7,
  kBoolList = 8,
  kTensorList = 9,
  kString = 10,
  kDevice = 11,
  kGenerator = 12,
};

// 16 bytes: the tag, a list's length or a device's index, and the payload.
struct Value {
  int32_t tag;
  int32_t aux;
  union {
    int64_t i;
    double d;
    void* p;
  };
};
static_assert(sizeof(Value) == 16, "Value is read by C# with this size");

void set_error(const std::string& message);

// Takes another reference, so the handle stays the caller's.
at::Tensor borrow(void* handle);

// Gives one reference away as a handle; the undefined tensor becomes null.
void* give(at::Tensor tensor);

// Gives a handle's reference back.
void drop(void* handle);

// Every exported function's body runs inside: an exception must not cross the C border.
template <typename Body>
int guarded(Body&& body) {
  try {
    body();
    return 0;
  } catch (const c10::Error& e) {
    set_error(e.what_without_backtrace());
  } catch (const std::exception& e) {
    set_error(e.what());
  } catch (...) {
    set_error("unknown native exception");
  }
  return 1;
}

}  // namespace rc
