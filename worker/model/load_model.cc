#include "worker/model/load_model.h"

namespace prelabel {

Result<std::unique_ptr<Model>> LoadModel(const ModelCard& card, const std::string& device) {
  if (card.backend == "onnx") return LoadOnnxModel(card, DeviceOf(card, device));
  return LoadTorchModel(card, DeviceOf(card, device));
}

std::string DescribeBackend(const ModelCard& card) {
  return card.backend == "onnx" ? DescribeOnnxBackend() : DescribeTorchBackend();
}

std::string DeviceOf(const ModelCard& card, const std::string& device) {
  if (card.backend == "onnx") return device == "auto" ? "cpu" : device;
  return ResolveDevice(device);
}

}  // namespace prelabel
