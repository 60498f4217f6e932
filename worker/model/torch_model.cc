// Loads and runs TorchScript modules; torch_layouts.h reads what they return. No other file
// includes torch.
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/cuda.h>
#include <torch/script.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <cstring>
#include <istream>
#include <mutex>
#include <new>
#include <streambuf>
#include <utility>

#include "common/wire/messages.h"
#include "worker/model/custom_ops.h"
#include "worker/model/gpu_names.h"
#include "worker/model/model.h"
#include "worker/model/torch_layouts.h"
#include "worker/model/weights.h"

namespace prelabel {
namespace {

// Every run allocates and frees the same large tensors. By default glibc gives their pages back
// each time, and clearing them anew takes a seventh of the default model's time.
void KeepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest value that glibc takes
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
  mallopt(M_TOP_PAD, 64 << 20);  // address space, not memory
#endif
}

// One thread a replica: more of them beat more threads. The counts are the calling thread's.
void UseOneThread() {
  static std::once_flag once;
  std::call_once(once, [] {
    KeepFreedMemory();
    // May be set once a process, and only before the first parallel work of anyone else.
    try {
      at::set_num_interop_threads(1);
    } catch (const c10::Error&) {
    }
    // OpenBLAS has threads of its own, which LibTorch does not know about.
    if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
      reinterpret_cast<void (*)(int)>(symbol)(1);
    }
  });
  at::set_num_threads(1);
}

// The first line: the others are a C++ or TorchScript stack.
std::string Reason(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  std::string text = torch_error ? torch_error->what_without_backtrace() : error.what();
  // TorchScript puts what failed at the end, after its own stack.
  if (const auto at = text.rfind("RuntimeError: "); at != std::string::npos) text.erase(0, at);
  return text.substr(0, text.find('\n'));
}

// CUDA's allocator has an exception of its own; the CPU's says what it could not get, or C++ does.
bool IsOutOfMemory(const std::exception& error) {
  const std::string text = error.what();
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         text.find("out of memory") != std::string::npos ||
         text.find("can't allocate memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos;
}

Error RunError(const std::exception& error) {
  if (IsOutOfMemory(error)) return Unavailable("the device is out of memory: " + Reason(error));
  return Internal("the model failed: " + Reason(error));
}

// While it lives, this thread's convolutions and matrix products on the device are of that
// precision; LibTorch knows which operators need more. Whole modules in 16 bits would not do: in
// bfloat16 the corner of a box at 400 pixels is off by up to 1.
class LowerPrecision {
 public:
  LowerPrecision(c10::Device device, Precision precision)
      : device_(device), on_(precision != Precision::kFp32) {
    if (on_) Set(true, precision == Precision::kFp16 ? at::kHalf : at::kBFloat16);
  }
  ~LowerPrecision() {
    if (!on_) return;
    Set(false, device_.is_cpu() ? at::kBFloat16 : at::kHalf);  // LibTorch's defaults
    at::autocast::clear_cache();
  }
  LowerPrecision(const LowerPrecision&) = delete;
  LowerPrecision& operator=(const LowerPrecision&) = delete;

 private:
  void Set(bool enabled, at::ScalarType type) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(device_.type(), type);
    at::autocast::set_autocast_enabled(device_.type(), enabled);
#else
    if (device_.is_cpu()) {
      at::autocast::set_autocast_cpu_dtype(type);
      at::autocast::set_cpu_enabled(enabled);
    } else {
      at::autocast::set_autocast_gpu_dtype(type);
      at::autocast::set_enabled(enabled);
    }
#endif
  }

  c10::Device device_;
  bool on_;
};

class TorchModel : public Model {
 public:
  TorchModel(torch::jit::Module module, const ModelCard& card, c10::Device device,
             Precision precision)
      : module_(std::move(module)), card_(card), device_(device), precision_(precision) {}

  Result<std::vector<ModelOutput>> Run(std::span<const float> input, const InputShape& shape,
                                       float threshold) override {
    PRELABEL_TRY(CheckShape(input, shape));
    try {
      const c10::InferenceMode guard;
      const at::Tensor placed = Place(input, {shape.batch, 3, shape.height, shape.width});
      const LowerPrecision lower(device_, precision_);
      if (card_.layout == "torchvision") {
        // Specialising graphs of such loops and branches to the sizes that were seen takes LibTorch
        // 1.13 a minute in the second run, for next to nothing: the time is in the operators.
        const torch::jit::GraphOptimizerEnabledGuard plain(false);
        const torch::jit::IValue value = module_.forward({c10::List<at::Tensor>({placed[0]})});
        return ReadTorchvision(value, card_, shape.height, shape.width, threshold);
      }
      const torch::jit::IValue value = module_.forward({placed});
      if (card_.layout == "semantic") return ReadSemantic(value, card_, shape.batch);
      if (card_.layout == "classify") return ReadClassify(value, card_, shape.batch, threshold);
      return card_.layout == "yolo" ? ReadYolo(value, card_, shape.batch, threshold)
                                    : ReadDense(value, card_, shape.batch, threshold);
    } catch (const std::exception& error) {
      return RunError(error);
    }
  }

 private:
  // The input on the device, for this run only. The copy to a GPU is from pinned memory, so that it
  // need not be waited for; the next one comes after this run's outputs were read.
  at::Tensor Place(std::span<const float> input, at::IntArrayRef sizes) {
    if (device_.is_cpu()) {
      // from_blob takes no const pointer; the module does not write to its input.
      return torch::from_blob(const_cast<float*>(input.data()), sizes);
    }
    const auto floats = static_cast<std::int64_t>(input.size());
    if (!pinned_.defined() || pinned_.numel() < floats) {
      pinned_ = torch::empty({floats}, at::TensorOptions(at::kFloat).pinned_memory(true));
    }
    std::memcpy(pinned_.data_ptr<float>(), input.data(), input.size_bytes());
    return pinned_.narrow(0, 0, floats).view(sizes).to(device_, at::kFloat, /*non_blocking=*/true);
  }

  Result<void> CheckShape(std::span<const float> input, const InputShape& shape) const {
    const bool any_size = card_.input.resize == "none";
    const bool right_size = any_size ? shape.batch == 1 && shape.height > 0 && shape.width > 0
                                     : shape.batch > 0 && shape.height == card_.input.height &&
                                           shape.width == card_.input.width;
    const std::size_t floats = std::size_t{3} * static_cast<std::size_t>(shape.batch) *
                               static_cast<std::size_t>(shape.height) *
                               static_cast<std::size_t>(shape.width);
    if (right_size && input.size() == floats) return Ok();
    return Internal("an input of " + std::to_string(input.size()) + " floats for [" +
                    std::to_string(shape.batch) + ",3," + std::to_string(shape.height) + "," +
                    std::to_string(shape.width) + "] is not one of " + card_.name);
  }

  torch::jit::Module module_;
  ModelCard card_;
  c10::Device device_;
  Precision precision_;
  at::Tensor pinned_;  // undefined on a CPU
};

Result<c10::Device> ParseDevice(const std::string& device) {
  try {
    const c10::Device parsed(device);
    if (parsed.is_cpu()) return parsed;
    if (parsed.is_cuda()) {
      const auto count = static_cast<int>(torch::cuda::device_count());
      if (parsed.has_index() && parsed.index() < count) return parsed;
      return InvalidArgument("there is no device " + device + ": this machine has " +
                             std::to_string(count) + " CUDA devices that LibTorch can use");
    }
  } catch (const std::exception&) {
  }
  return InvalidArgument("\"" + device + "\" is no device: write cpu or cuda:N");
}

// Whether the convolutions' weights are channels-last. On a CPU such a module is run as it is: in
// LibTorch 1.13 optimize_for_inference leaves oneDNN's layout at every concatenation and pools in
// NCHW, which made NanoDet-g a quarter slower (docs/benchmarks.md). A property of the file, so that
// every worker decides alike.
bool HasChannelsLastWeights(const torch::jit::Module& module) {
  for (const at::Tensor& weight : module.parameters()) {
    const bool spatial = weight.dim() == 4 && weight.size(2) * weight.size(3) > 1;
    if (spatial && weight.size(1) > 1) {
      return weight.is_contiguous(at::MemoryFormat::ChannelsLast);
    }
  }
  return false;
}

// Reads memory in place.
class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(std::string& bytes) {
    setg(bytes.data(), bytes.data(), bytes.data() + bytes.size());
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    const off_type base = from == std::ios_base::beg   ? 0
                          : from == std::ios_base::cur ? gptr() - eback()
                                                       : egptr() - eback();
    if (base + offset < 0 || base + offset > egptr() - eback()) return pos_type(off_type(-1));
    setg(eback(), eback() + base + offset, egptr());
    return base + offset;
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
    return seekoff(position, std::ios_base::beg, mode);
  }
};

}  // namespace

Result<std::unique_ptr<Model>> LoadTorchModel(const ModelCard& card, const std::string& device,
                                              Precision precision) {
  PRELABEL_TRY(const c10::Device place, ParseDevice(device));
  PRELABEL_TRY(CheckPrecision({device}, precision));
  std::unique_ptr<Model> model;
  try {
    UseOneThread();
    const c10::InferenceMode guard;
    PRELABEL_TRY(std::string weights, ReadWeights(card));
    PRELABEL_TRY(LoadCustomOps(card.custom_ops));
    MemoryBuffer buffer(weights);
    std::istream stream(&buffer);
    torch::jit::Module module = torch::jit::load(stream, place);
    weights = {};  // not needed beside the module
    module.eval();
    // As it is, torchvision's module gives bit for bit what it gives in Python
    // (tests/parity/torchvision_test.py).
    if (card.layout != "torchvision") {
      const bool channels_last = HasChannelsLastWeights(module);
      module = torch::jit::freeze(module);
      // Optimized operators compute in the precision of their weights: autocast does not see them.
      const bool optimize = precision == Precision::kFp32 && !(place.is_cpu() && channels_last);
      if (optimize) module = torch::jit::optimize_for_inference(module);
    }
    model = std::make_unique<TorchModel>(std::move(module), card, place, precision);
  } catch (const std::exception& error) {
    if (IsOutOfMemory(error)) {
      return Unavailable("not enough memory to load the model: " + Reason(error),
                         card.weights.string());
    }
    return InvalidArgument("the weights are no TorchScript module that this LibTorch (" +
                               std::string(TORCH_VERSION) + ") can load: " + Reason(error),
                           card.weights.string());
  }
  // The executor records the first runs and then compiles: let no real input see the difference.
  // Of a usual size where the module takes any.
  const bool any_size = card.input.resize == "none";
  const InputShape shape{1, any_size ? 480 : card.input.height, any_size ? 640 : card.input.width};
  const std::vector<float> zeros(static_cast<std::size_t>(3) * shape.height * shape.width);
  for (int run = 0; run < 3; ++run) {
    auto output = model->Run(zeros, shape, 2.0F);
    if (output) continue;
    Error error = output.error();
    if (error.code == ErrorCode::kInternal) error.code = ErrorCode::kInvalidArgument;
    error.context = card.weights.string();
    if (precision != Precision::kFp32) {
      error.message += std::string(" (in ") + PrecisionName(precision) + "; does it run in fp32?)";
    }
    return error;
  }
  return model;
}

int CountCudaDevices() {
  return torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
}

std::string DescribeTorchBackend() { return std::string("libtorch ") + TORCH_VERSION; }

ComputeClass DescribeCompute(const std::string& device, Precision precision) {
  ComputeClass compute;
  compute.build = std::string("prelabel ") + PRELABEL_VERSION + ", " + DescribeTorchBackend();
  compute.device = "cpu";
  if (device != "cpu") {  // which of several that are alike has no influence
    const std::string names = GpuNames();
    compute.device = names.empty() ? "cuda" : "cuda:" + names;
  }
  compute.precision = PrecisionName(precision);
  // ATen names the capability only here in all versions from 1.13 on.
  const std::string config = torch::show_config();
  const std::string key = "CPU capability usage: ";
  if (const auto at = config.find(key); at != std::string::npos) {
    const auto begin = at + key.size();
    compute.cpu = config.substr(begin, config.find_first_of("\n ", begin) - begin);
  }
  return compute;
}

}  // namespace prelabel
