// Loads and runs ONNX files by OpenCV's dnn module. No other file of the worker's models includes
// OpenCV.
#include <algorithm>
#include <mutex>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <utility>

#include "worker/model/host_layouts.h"
#include "worker/model/model.h"
#include "worker/model/onnx_header.h"
#include "worker/model/weights.h"

namespace prelabel {
namespace {

constexpr char kHowToExport[] =
    "export it again with opset 10 or lower, a batch of 1, sizes that are fixed, and without NMS "
    "(docs/models.md)";

// What OpenCV's message says in the end: before that stand its version, file and line, and where it
// passed errors on, those of others.
std::string Reason(const std::string& message) {
  std::string text = message;
  if (const auto at = text.rfind("error: ("); at != std::string::npos) {
    const auto end = text.find(") ", at);
    if (end != std::string::npos) text.erase(0, end + 2);
  }
  return text.substr(0, text.find('\n'));
}

std::string Reason(const std::exception& error) {
  const auto* opencv = dynamic_cast<const cv::Exception*>(&error);
  return Reason(opencv != nullptr ? opencv->msg : std::string(error.what()));
}

// "NonZero" and "onnx_node!/NonZero" of a message with "Node [NonZero@ai.onnx]:(onnx_node!/NonZero)
// parse error"; empty where it has none.
std::pair<std::string, std::string> FailedNode(const std::string& message) {
  const std::string begin = "Node [";
  const auto at = message.find(begin);
  const auto middle = message.find("]:(", at);
  const auto end = message.find(") parse error", middle);
  if (at == std::string::npos || middle == std::string::npos || end == std::string::npos) return {};
  const auto type = at + begin.size();
  std::string op = message.substr(type, middle - type);
  if (const std::string standard = "@ai.onnx"; op.ends_with(standard)) {
    op.resize(op.size() - standard.size());
  }
  return {std::move(op), message.substr(middle + 3, end - middle - 3)};
}

bool IsOutOfMemory(const std::exception& error) {
  const auto* opencv = dynamic_cast<const cv::Exception*>(&error);
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         (opencv != nullptr && opencv->code == cv::Error::StsNoMem);
}

Error LoadError(const std::exception& error, const OnnxHeader& header) {
  if (IsOutOfMemory(error)) return Unavailable("not enough memory to load the model");
  const std::string opset = "opset " + std::to_string(header.opset);
  const auto [op, node] = FailedNode(error.what());
  const std::string version = "OpenCV " CV_VERSION;
  if (op.empty()) {
    return InvalidArgument(version + " cannot read this ONNX model (" + opset +
                           "): " + Reason(error) + "; " + kHowToExport);
  }
  return InvalidArgument(version + " cannot run the operator " + op + " of " + opset + " (node " +
                         node + "): " + Reason(error) + "; " + kHowToExport);
}

Error RunError(const std::exception& error) {
  if (IsOutOfMemory(error)) return Unavailable("the device is out of memory");
  return Internal("the model failed: " + Reason(error));
}

void PrepareProcess() {
  static std::once_flag once;
  std::call_once(once, [] {
    cv::setNumThreads(1);  // the process's; replicas are the threads
    // OpenCV writes to stderr what it also throws.
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  });
}

// `blob` is continuous, and outlives the view.
HostTensor ViewOf(const cv::Mat& blob) {
  HostTensor tensor;
  tensor.shape.assign(blob.size.p, blob.size.p + blob.dims);
  tensor.floating = blob.type() == CV_32F;
  if (!tensor.floating) tensor.type = cv::typeToString(blob.type());
  if (tensor.floating) tensor.values = {blob.ptr<float>(), blob.total()};
  return tensor;
}

std::size_t OutputsOf(const ModelCard& card) {
  if (card.layout != "dense") return 1;
  return card.feature_map ? 3 : 2;
}

class OnnxModel : public Model {
 public:
  OnnxModel(cv::dnn::Net net, OnnxHeader header, const ModelCard& card)
      : net_(std::move(net)), card_(card), input_(header.inputs.front().name) {
    for (OnnxValue& output : header.outputs) outputs_.push_back(std::move(output.name));
    outputs_.resize(std::min(outputs_.size(), OutputsOf(card)));
  }

  Result<std::vector<ModelOutput>> Run(std::span<const float> input, const InputShape& shape,
                                       float threshold) override {
    const std::size_t floats = std::size_t{3} * static_cast<std::size_t>(card_.input.height) *
                               static_cast<std::size_t>(card_.input.width);
    if (shape.batch < 1 || shape.height != card_.input.height || shape.width != card_.input.width ||
        input.size() != floats * static_cast<std::size_t>(shape.batch)) {
      return Internal("an input of " + std::to_string(input.size()) + " floats for [" +
                      std::to_string(shape.batch) + ",3," + std::to_string(shape.height) + "," +
                      std::to_string(shape.width) + "] is not one of " + card_.name);
    }
    std::vector<ModelOutput> outputs;
    for (std::size_t b = 0; b < static_cast<std::size_t>(shape.batch); ++b) {
      PRELABEL_TRY(auto one, RunOne(input.subspan(b * floats, floats), threshold));
      outputs.push_back(std::move(one));
    }
    return outputs;
  }

 private:
  Result<ModelOutput> RunOne(std::span<const float> input, float threshold) {
    std::vector<cv::Mat> blobs;
    try {
      // Mat takes no const pointer; setInput copies.
      const cv::Mat blob({1, 3, card_.input.height, card_.input.width}, CV_32F,
                         const_cast<float*>(input.data()));
      net_.setInput(blob, input_);
      net_.forward(blobs, outputs_);
      for (cv::Mat& output : blobs) {
        if (!output.isContinuous()) output = output.clone();
      }
    } catch (const std::exception& error) {
      return RunError(error);
    }
    std::vector<HostTensor> tensors;
    for (const cv::Mat& output : blobs) tensors.push_back(ViewOf(output));
    PRELABEL_TRY(auto found, Read(tensors, threshold));
    return std::move(found.front());
  }

  Result<std::vector<ModelOutput>> Read(std::span<const HostTensor> tensors,
                                        float threshold) const {
    if (card_.layout == "semantic") return ReadSemanticTensor(tensors.front(), card_, 1);
    if (card_.layout == "classify") {
      return ReadClassifyTensor(tensors.front(), card_, 1, threshold);
    }
    if (card_.layout == "yolo") return ReadYoloTensor(tensors.front(), card_, 1, threshold);
    return ReadDenseTensors(tensors, card_, 1, threshold);
  }

  cv::dnn::Net net_;
  ModelCard card_;
  std::string input_;
  std::vector<std::string> outputs_;  // in the file's order, as many as the layout has
};

// The file's own words against the card, before OpenCV makes less clear ones of them.
Result<void> CheckHeader(const OnnxHeader& header, const ModelCard& card) {
  if (header.inputs.size() != 1) {
    return InvalidArgument("the model has " + std::to_string(header.inputs.size()) +
                           " inputs; it must have one, pictures [1,3,H,W]");
  }
  const std::vector<std::int64_t> wanted = {1, 3, card.input.height, card.input.width};
  const auto& shape = header.inputs.front().shape;
  if (shape == wanted) return Ok();
  const HostTensor has{"", true, shape, {}};
  const HostTensor needs{"", true, wanted, {}};
  const bool open = std::find(shape.begin(), shape.end(), -1) != shape.end();
  return InvalidArgument("the model's input \"" + header.inputs.front().name + "\" is " +
                         DescribeShape(has) + (open ? " (-1 is a size that is open)" : "") +
                         "; the card and a batch of 1 ask for " + DescribeShape(needs) +
                         ": correct the card's input, or " + kHowToExport);
}

Result<void> CheckOutputs(const OnnxHeader& header, const ModelCard& card) {
  const std::size_t wanted = OutputsOf(card);
  if (header.outputs.size() >= wanted) return Ok();
  return InvalidArgument("the model has " + std::to_string(header.outputs.size()) +
                         " outputs; the dense layout has " + std::to_string(wanted) +
                         ": boxes, scores" + (card.feature_map ? ", feature map" : ""));
}

}  // namespace

Result<std::unique_ptr<Model>> LoadOnnxModel(const ModelCard& card, const std::string& device) {
  if (device != "cpu") {
    return InvalidArgument("the onnx backend runs on the CPU, not on " + device +
                           ": start the worker with --device cpu, or export " + card.name +
                           " to TorchScript");
  }
  PrepareProcess();
  PRELABEL_TRY(std::string weights, ReadWeights(card));
  const auto in_file = [&](Error error) {
    error.context = card.weights.string();
    return error;
  };
  auto header = ReadOnnxHeader(weights);
  if (!header) return in_file(header.error());
  if (auto fits = CheckHeader(header.value(), card); !fits) return in_file(fits.error());
  if (auto fits = CheckOutputs(header.value(), card); !fits) return in_file(fits.error());
  std::unique_ptr<Model> model;
  try {
    cv::dnn::Net net = cv::dnn::readNetFromONNX(weights.data(), weights.size());
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    model = std::make_unique<OnnxModel>(std::move(net), header.value(), card);
  } catch (const std::exception& error) {
    return in_file(LoadError(error, header.value()));
  }
  weights = {};
  // The first run allocates, and shows what the file does not say.
  const InputShape shape{1, card.input.height, card.input.width};
  const std::vector<float> zeros(std::size_t{3} * static_cast<std::size_t>(shape.height) *
                                 static_cast<std::size_t>(shape.width));
  if (auto output = model->Run(zeros, shape, 2.0F); !output) {
    Error error = output.error();
    if (error.code == ErrorCode::kInternal) error.code = ErrorCode::kInvalidArgument;
    return in_file(std::move(error));
  }
  return model;
}

std::string DescribeOnnxBackend() { return "opencv " CV_VERSION; }

}  // namespace prelabel
