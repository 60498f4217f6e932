// The only file that includes torch.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/script.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <istream>
#include <mutex>
#include <new>
#include <streambuf>
#include <utility>

#include "common/wire/messages.h"
#include "worker/model/model.h"
#include "worker/model/sha256.h"

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

std::string Shape(const at::Tensor& tensor) {
  std::string text = std::string(c10::toString(tensor.scalar_type())) + "[";
  for (std::int64_t i = 0; i < tensor.dim(); ++i) {
    text += (i > 0 ? "," : "") + std::to_string(tensor.size(i));
  }
  return text + "]";
}

// Appends every (row, class) whose score is over the threshold. Most rows have none: a row is first
// looked at as a whole, without a branch, which compilers turn into vector comparisons.
void CollectCandidates(const float* boxes, const float* scores, std::int64_t rows,
                       std::int64_t classes, float threshold, std::vector<Prediction>& out) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* row_scores = scores + row * classes;
    int over = 0;
    for (std::int64_t c = 0; c < classes; ++c) over |= static_cast<int>(row_scores[c] > threshold);
    if (over == 0) continue;
    const float* box = boxes + row * 4;
    for (std::int64_t c = 0; c < classes; ++c) {
      if (row_scores[c] > threshold) {
        out.push_back(
            {static_cast<std::uint16_t>(c), row_scores[c], Box{box[0], box[1], box[2], box[3]}});
      }
    }
  }
}

class TorchModel : public Model {
 public:
  TorchModel(torch::jit::Module module, const ModelCard& card, c10::Device device)
      : module_(std::move(module)), card_(card), device_(device) {}

  Result<std::vector<DenseOutput>> Run(std::span<const float> input, int batch,
                                       float threshold) override {
    const std::size_t expected =
        static_cast<std::size_t>(batch) * 3 * card_.input.height * card_.input.width;
    if (batch < 1 || input.size() != expected) {
      return Internal("an input of " + std::to_string(input.size()) + " floats for a batch of " +
                      std::to_string(batch) + ", which needs " + std::to_string(expected));
    }
    try {
      const c10::InferenceMode guard;
      PRELABEL_TRY(const std::vector<at::Tensor> outputs, Forward(input, batch));
      return Split(outputs, batch, threshold);
    } catch (const std::exception& error) {
      return RunError(error);
    }
  }

 private:
  // Boxes, scores and, if the card has one, the feature map: checked, contiguous, on the host.
  Result<std::vector<at::Tensor>> Forward(std::span<const float> input, int batch) {
    // from_blob takes no const pointer; the module does not write to its input.
    const at::Tensor host = torch::from_blob(const_cast<float*>(input.data()),
                                             {batch, 3, card_.input.height, card_.input.width});
    const torch::jit::IValue value = module_.forward({device_.is_cpu() ? host : host.to(device_)});
    const std::size_t wanted = card_.feature_map ? 3 : 2;
    if (!value.isTuple() || value.toTupleRef().elements().size() < wanted) {
      return Internal("the module of " + card_.name + " returns " + value.tagKind() +
                      "; the dense layout is a tuple of " + std::to_string(wanted) +
                      " tensors (boxes, scores" + (card_.feature_map ? ", feature map)" : ")"));
    }
    std::vector<at::Tensor> tensors;
    for (std::size_t i = 0; i < wanted; ++i) {
      const torch::jit::IValue& element = value.toTupleRef().elements()[i];
      if (!element.isTensor()) {
        return Internal("output " + std::to_string(i) + " of " + card_.name + " is " +
                        element.tagKind() + ", not a tensor");
      }
      tensors.push_back(element.toTensor());
    }
    PRELABEL_TRY(CheckShapes(tensors, batch));
    for (at::Tensor& tensor : tensors) {
      tensor = tensor.to(at::kCPU, at::kFloat).contiguous();
    }
    return tensors;
  }

  Result<void> CheckShapes(const std::vector<at::Tensor>& tensors, int batch) const {
    const at::Tensor& boxes = tensors[0];
    const at::Tensor& scores = tensors[1];
    const auto classes = static_cast<std::int64_t>(card_.classes.size());
    if (boxes.dim() != 3 || boxes.size(0) != batch || boxes.size(2) != 4 ||
        !boxes.is_floating_point()) {
      return Internal("the boxes of " + card_.name + " are " + Shape(boxes) +
                      "; the dense layout has floats [" + std::to_string(batch) + ",N,4]");
    }
    if (scores.dim() != 3 || scores.size(0) != batch || scores.size(1) != boxes.size(1) ||
        scores.size(2) != classes || !scores.is_floating_point()) {
      return Internal("the scores of " + card_.name + " are " + Shape(scores) +
                      "; the dense layout and the card's classes ask for floats [" +
                      std::to_string(batch) + "," + std::to_string(boxes.size(1)) + "," +
                      std::to_string(classes) + "]");
    }
    if (tensors.size() > 2 && (tensors[2].dim() != 4 || tensors[2].size(0) != batch ||
                               tensors[2].numel() == 0 || !tensors[2].is_floating_point())) {
      return Internal("the feature map of " + card_.name + " is " + Shape(tensors[2]) +
                      "; the dense layout has floats [" + std::to_string(batch) + ",D,h,w]");
    }
    return Ok();
  }

  std::vector<DenseOutput> Split(const std::vector<at::Tensor>& tensors, int batch,
                                 float threshold) const {
    const std::int64_t rows = tensors[0].size(1);
    const std::int64_t classes = tensors[1].size(2);
    std::vector<DenseOutput> outputs(static_cast<std::size_t>(batch));
    for (std::int64_t b = 0; b < batch; ++b) {
      DenseOutput& output = outputs[static_cast<std::size_t>(b)];
      CollectCandidates(tensors[0].data_ptr<float>() + b * rows * 4,
                        tensors[1].data_ptr<float>() + b * rows * classes, rows, classes, threshold,
                        output.candidates);
      if (tensors.size() < 3) continue;
      output.feature_channels = static_cast<int>(tensors[2].size(1));
      output.feature_height = static_cast<int>(tensors[2].size(2));
      output.feature_width = static_cast<int>(tensors[2].size(3));
      const std::int64_t size = tensors[2].numel() / batch;
      const float* map = tensors[2].data_ptr<float>() + b * size;
      output.features.assign(map, map + size);
    }
    return outputs;
  }

  torch::jit::Module module_;
  ModelCard card_;
  c10::Device device_;
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

// The weights' bytes, which are those of the card.
Result<std::string> ReadWeights(const ModelCard& card) {
  if (!std::filesystem::is_regular_file(card.weights)) {
    return InvalidArgument("the weights of model " + card.name +
                           " are missing: " + card.weights.string());
  }
  PRELABEL_TRY(HashedFile file, ReadHashedFile(card.weights));
  if (file.sha256 != card.sha256) {
    return InvalidArgument(
        "the weights of model " + card.name + " are not those of its card: " + "sha256 " +
            file.sha256 + ", the card says " + card.sha256 +
            "; put the right file there, or correct the card if this one is meant",
        card.weights.string());
  }
  return std::move(file.bytes);
}

}  // namespace

Result<std::unique_ptr<Model>> LoadTorchModel(const ModelCard& card, const std::string& device) {
  PRELABEL_TRY(const c10::Device place, ParseDevice(device));
  std::unique_ptr<Model> model;
  try {
    UseOneThread();
    const c10::InferenceMode guard;
    PRELABEL_TRY(std::string weights, ReadWeights(card));
    MemoryBuffer buffer(weights);
    std::istream stream(&buffer);
    torch::jit::Module module = torch::jit::load(stream, place);
    weights = {};  // not needed beside the module
    module.eval();
    const bool channels_last = HasChannelsLastWeights(module);
    module = torch::jit::freeze(module);
    if (!(place.is_cpu() && channels_last)) module = torch::jit::optimize_for_inference(module);
    model = std::make_unique<TorchModel>(std::move(module), card, place);
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
  const std::vector<float> zeros(static_cast<std::size_t>(3) * card.input.height *
                                 card.input.width);
  for (int run = 0; run < 3; ++run) {
    auto output = model->Run(zeros, 1, 2.0F);
    if (output) continue;
    Error error = output.error();
    if (error.code == ErrorCode::kInternal) error.code = ErrorCode::kInvalidArgument;
    error.context = card.weights.string();
    return error;
  }
  return model;
}

std::string ResolveDevice(const std::string& device) {
  if (device != "auto") return device;
  return torch::cuda::is_available() ? "cuda:0" : "cpu";
}

ComputeClass DescribeCompute(const std::string& device) {
  ComputeClass compute;
  compute.build = std::string("prelabel ") + PRELABEL_VERSION + ", libtorch " + TORCH_VERSION;
  compute.device = device;
  compute.precision = "fp32";
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
