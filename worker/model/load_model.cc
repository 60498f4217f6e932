#include "worker/model/load_model.h"

namespace prelabel {

Result<std::unique_ptr<Model>> LoadModel(const ModelCard& card, const std::string& device) {
  if (card.backend == "onnx") return LoadOnnxModel(card, device);
  return LoadTorchModel(card, ResolveDevice(device));
}

}  // namespace prelabel
