// Calls any ATen operator by name through the dispatcher, with boxed values.

#include "shim.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

namespace rc {

static thread_local std::string last_error;
static std::atomic<int64_t> live_handles{0};

void set_error(const std::string& message) { last_error = message; }

at::Tensor borrow(void* handle) {
  if (handle == nullptr) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(
      static_cast<c10::TensorImpl*>(handle)));
}

void* give(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  live_handles.fetch_add(1, std::memory_order_relaxed);
  return tensor.unsafeReleaseTensorImpl();
}

void drop(void* handle) {
  if (handle == nullptr) return;
  live_handles.fetch_sub(1, std::memory_order_relaxed);
  c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl*>(handle));
}

static c10::TypeKind element_kind(const c10::TypePtr& list) { return list->expectRef<c10::ListType>().getElementType()->kind(); }

static c10::IValue number(const Value& v, const c10::TypePtr& type) {
  // A schema that wants a float gets one from an int, too, as Python's binding does.
  if (type->kind() == c10::TypeKind::FloatType && v.tag == kInt) return c10::IValue(static_cast<double>(v.i));
  if (type->kind() == c10::TypeKind::BoolType && v.tag == kInt) return c10::IValue(v.i != 0);
  if (v.tag == kInt) return c10::IValue(v.i);
  if (v.tag == kDouble) return c10::IValue(v.d);
  return c10::IValue(v.i != 0);
}

static c10::IValue tensor_list(const Value& v, const c10::TypePtr& type) {
  void** handles = static_cast<void**>(v.p);
  if (type->kind() == c10::TypeKind::ListType && element_kind(type) == c10::TypeKind::OptionalType) {
    c10::List<Optional<at::Tensor>> list;
    list.reserve(v.aux);
    for (int32_t k = 0; k < v.aux; ++k) {
      if (handles[k] == nullptr) list.push_back(Optional<at::Tensor>());
      else list.push_back(Optional<at::Tensor>(borrow(handles[k])));
    }
    return c10::IValue(std::move(list));
  }
  c10::List<at::Tensor> list;
  list.reserve(v.aux);
  for (int32_t k = 0; k < v.aux; ++k) list.push_back(borrow(handles[k]));
  return c10::IValue(std::move(list));
}

static c10::IValue to_ivalue(const Value& v, const c10::Argument& argument) {
  c10::TypePtr type = argument.type();
  if (v.tag == kNone) return c10::IValue();
  if (type->kind() == c10::TypeKind::OptionalType) type = type->expectRef<c10::OptionalType>().getElementType();
  switch (v.tag) {
    case kInt:
    case kDouble:
    case kBool:
      return number(v, type);
    case kTensor:
      return c10::IValue(borrow(v.p));
    case kIntList: {
      const int64_t* data = static_cast<const int64_t*>(v.p);
      if (type->kind() == c10::TypeKind::ListType && element_kind(type) == c10::TypeKind::FloatType) {
        c10::List<double> list;
        for (int32_t k = 0; k < v.aux; ++k) list.push_back(static_cast<double>(data[k]));
        return c10::IValue(std::move(list));
      }
      c10::List<int64_t> list;
      list.reserve(v.aux);
      for (int32_t k = 0; k < v.aux; ++k) list.push_back(data[k]);
      return c10::IValue(std::move(list));
    }
    case kDoubleList: {
      const double* data = static_cast<const double*>(v.p);
      c10::List<double> list;
      for (int32_t k = 0; k < v.aux; ++k) list.push_back(data[k]);
      return c10::IValue(std::move(list));
    }
    case kBoolList: {
      const uint8_t* data = static_cast<const uint8_t*>(v.p);
      c10::List<bool> list;
      for (int32_t k = 0; k < v.aux; ++k) list.push_back(data[k] != 0);
      return c10::IValue(std::move(list));
    }
    case kTensorList:
      return tensor_list(v, type);
    case kString:
      return c10::IValue(std::string(static_cast<const char*>(v.p)));
    case kDevice:
      return c10::IValue(c10::Device(static_cast<c10::DeviceType>(v.i), static_cast<c10::DeviceIndex>(v.aux)));
    case kGenerator:
      return c10::IValue(*static_cast<at::Generator*>(v.p));
    default:
      TORCH_CHECK(false, "argument '", argument.name(), "' has the unknown value kind ", v.tag);
  }
}

static Value from_ivalue(c10::IValue&& value) {
  Value out{};
  if (value.isNone()) {
    out.tag = kNone;
  } else if (value.isTensor()) {
    out.tag = kTensor;
    out.p = give(std::move(value).toTensor());
  } else if (value.isTensorList()) {
    auto list = value.toTensorVector();
    void** handles = static_cast<void**>(std::malloc(sizeof(void*) * (list.empty() ? 1 : list.size())));
    TORCH_CHECK(handles != nullptr, "out of memory");
    for (size_t k = 0; k < list.size(); ++k) handles[k] = give(std::move(list[k]));
    out.tag = kTensorList;
    out.aux = static_cast<int32_t>(list.size());
    out.p = handles;
  } else if (value.isBool()) {
    out.tag = kBool;
    out.i = value.toBool() ? 1 : 0;
  } else if (value.isInt()) {
    out.tag = kInt;
    out.i = value.toInt();
  } else if (value.isDouble()) {
    out.tag = kDouble;
    out.d = value.toDouble();
  } else {
    TORCH_CHECK(false, "a result of type ", value.tagKind(), " is not supported");
  }
  return out;
}

}  // namespace rc

using namespace rc;

RC_EXPORT const char* rc_error() { return last_error.c_str(); }

RC_EXPORT int64_t rc_live_handles() { return live_handles.load(std::memory_order_relaxed); }

RC_EXPORT void rc_release(void* handle) { drop(handle); }

RC_EXPORT int rc_alias(void* handle, void** out) {
  return guarded([&] { *out = give(borrow(handle)); });
}

RC_EXPORT void rc_free(void* memory) { std::free(memory); }

// The operator's handle, valid for the process's life; null in *out where this libtorch has no such overload.
RC_EXPORT int rc_op(const char* name, const char* overload, void** out) {
  return guarded([&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    *out = found.has_value() ? new c10::OperatorHandle(*found) : nullptr;
  });
}

// Arguments come in schema order; those not given, or given as kDefault, take the schema's default.
// Results beyond maxrets are dropped: 0 serves in-place operators, whose result is their first argument.
RC_EXPORT int rc_call(void* op, const Value* args, int32_t nargs, Value* rets, int32_t maxrets) {
  return guarded([&] {
    const auto& handle = *static_cast<c10::OperatorHandle*>(op);
    const auto& arguments = handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(nargs) <= arguments.size(), handle.schema().name(), " takes ", arguments.size(), " arguments, not ", nargs);
    std::vector<c10::IValue> stack;
    stack.reserve(arguments.size());
    for (size_t k = 0; k < arguments.size(); ++k) {
      if (k < static_cast<size_t>(nargs) && args[k].tag != kDefault) {
        stack.push_back(to_ivalue(args[k], arguments[k]));
        continue;
      }
      const auto& value = arguments[k].default_value();
      TORCH_CHECK(value.has_value(), handle.schema().name(), " needs the argument '", arguments[k].name(), "'");
      stack.push_back(*value);
    }
    handle.callBoxed(stack);
    const size_t count = std::min(stack.size(), static_cast<size_t>(maxrets));
    for (size_t k = 0; k < count; ++k) rets[k] = from_ivalue(std::move(stack[k]));
    for (size_t k = count; k < static_cast<size_t>(maxrets); ++k) rets[k] = Value{};
  });
}
