#include "worker/model/load_model.h"

namespace prelabel {

Result<std::unique_ptr<Model>> LoadModel(const ModelCard& card, const std::string& device,
                                         Precision precision) {
  const std::string place = DeviceOf(card, device);
  if (card.backend != "onnx") return LoadTorchModel(card, place, precision);
  if (precision != Precision::kFp32) {
    return InvalidArgument(std::string("ONNX models compute in fp32, not in ") +
                               PrecisionName(precision) +
                               "; correct --precision (cluster.precision)",
                           card.name);
  }
  return LoadOnnxModel(card, place);
}

std::string DescribeBackend(const ModelCard& card) {
  return card.backend == "onnx" ? DescribeOnnxBackend() : DescribeTorchBackend();
}

std::string DeviceOf(const ModelCard& card, const std::string& device) {
  if (card.backend == "onnx") return device == "auto" ? "cpu" : device;
  if (device != "auto") return device;
  return CountCudaDevices() > 0 ? "cuda:0" : "cpu";
}

}  // namespace prelabel
