#include "worker/model/torch_layouts.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "worker/model/host_layouts.h"
#include "worker/model/paste_mask.h"

namespace prelabel {
namespace {

std::string Shape(const at::Tensor& tensor) {
  std::string text = std::string(c10::toString(tensor.scalar_type())) + "[";
  for (std::int64_t i = 0; i < tensor.dim(); ++i) {
    text += (i > 0 ? "," : "") + std::to_string(tensor.size(i));
  }
  return text + "]";
}

at::Tensor OnHost(const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kFloat).contiguous(); }

// The tensor as floats on the host, and what the layouts want to know of it.
struct Hosted {
  explicit Hosted(const at::Tensor& tensor) {
    view.type = c10::toString(tensor.scalar_type());
    view.floating = tensor.is_floating_point();
    view.shape = tensor.sizes().vec();
    if (!view.floating) return;
    data = OnHost(tensor);
    view.values = {data.data_ptr<float>(), static_cast<std::size_t>(data.numel())};
  }
  at::Tensor data;
  HostTensor view;
};

// The detections of one image, on the host: boxes and scores as floats, labels as 64-bit integers.
struct Detections {
  at::Tensor boxes;
  at::Tensor labels;
  at::Tensor scores;
  at::Tensor masks;  // undefined without masks
};

// The dict of the only image, or nothing where there is none of this kind.
const torch::jit::IValue* FindDetections(const torch::jit::IValue& value) {
  const torch::jit::IValue* list = &value;
  if (value.isTuple()) {
    const auto& elements = value.toTupleRef().elements();
    if (elements.empty()) return nullptr;
    list = &elements.back();
  }
  if (!list->isList() || list->toListRef().size() != 1) return nullptr;
  const torch::jit::IValue& dict = list->toListRef()[0];
  return dict.isGenericDict() ? &dict : nullptr;
}

Result<at::Tensor> Entry(const torch::jit::IValue& dict, const ModelCard& card, const char* key) {
  const auto entries = dict.toGenericDict();
  const auto found = entries.find(torch::jit::IValue(std::string(key)));
  if (found == entries.end() || !found->value().isTensor()) {
    return Internal("the detections of " + card.name + " have no tensor \"" + key +
                    "\"; the torchvision layout has boxes, labels, scores and, for 'task: "
                    "segment', masks");
  }
  return found->value().toTensor();
}

Result<Detections> ReadDetections(const torch::jit::IValue& dict, const ModelCard& card, int height,
                                  int width) {
  Detections found;
  PRELABEL_TRY(found.boxes, Entry(dict, card, "boxes"));
  PRELABEL_TRY(found.labels, Entry(dict, card, "labels"));
  PRELABEL_TRY(found.scores, Entry(dict, card, "scores"));
  const auto n = found.scores.dim() == 1 ? found.scores.size(0) : -1;
  if (n < 0 || found.boxes.dim() != 2 || found.boxes.size(0) != n || found.boxes.size(1) != 4 ||
      found.labels.dim() != 1 || found.labels.size(0) != n || found.labels.is_floating_point() ||
      !found.boxes.is_floating_point() || !found.scores.is_floating_point()) {
    return Internal("the boxes, labels and scores of " + card.name + " are " + Shape(found.boxes) +
                    ", " + Shape(found.labels) + " and " + Shape(found.scores) +
                    "; the torchvision layout has floats [N,4], integers [N] and floats [N]");
  }
  found.boxes = OnHost(found.boxes);
  found.scores = OnHost(found.scores);
  found.labels = found.labels.to(at::kCPU, at::kLong).contiguous();
  if (card.masks.empty()) return found;
  PRELABEL_TRY(found.masks, Entry(dict, card, "masks"));
  const at::Tensor& masks = found.masks;
  const bool raw = card.masks == "raw";
  const bool fits =
      masks.dim() == 4 && masks.size(0) == n && masks.size(1) == 1 && masks.is_floating_point() &&
      (raw ? masks.size(2) == masks.size(3) && masks.size(2) > 0 && masks.size(2) <= 1024
           : masks.size(2) == height && masks.size(3) == width);
  if (!fits) {
    return Internal("the masks of " + card.name + " are " + Shape(masks) + "; with 'masks: " +
                    card.masks + "' they are floats [" + std::to_string(n) + ",1," +
                    (raw ? "M,M]" : std::to_string(height) + "," + std::to_string(width) + "]"));
  }
  return found;
}

Result<Rle> MaskOf(const Detections& found, std::int64_t i, const ModelCard& card, const Box& box,
                   int height, int width) {
  const auto rows = static_cast<std::uint32_t>(height);
  const auto columns = static_cast<std::uint32_t>(width);
  // One at a time: all pasted masks of a large picture as floats would take gigabytes twice.
  const at::Tensor mask = OnHost(found.masks[i]);
  const std::span<const float> values(mask.data_ptr<float>(),
                                      static_cast<std::size_t>(mask.numel()));
  if (card.masks == "pasted") return EncodeProbabilities(values, rows, columns);
  return PasteMask(values, static_cast<int>(mask.size(-1)), box, rows, columns);
}

// The value itself, or what a tuple or list begins with.
const torch::jit::IValue* FirstOf(const torch::jit::IValue& value) {
  if (value.isTuple() && !value.toTupleRef().elements().empty()) {
    return &value.toTupleRef().elements()[0];
  }
  if (value.isList() && !value.toListRef().empty()) return &value.toListRef()[0];
  return &value;
}

bool IsFinite(const float* box) {
  return std::all_of(box, box + 4, [](float value) { return std::isfinite(value); });
}

}  // namespace

Result<std::vector<ModelOutput>> ReadDense(const torch::jit::IValue& value, const ModelCard& card,
                                           int batch, float threshold) {
  const std::size_t wanted = card.feature_map ? 3 : 2;
  if (!value.isTuple() || value.toTupleRef().elements().size() < wanted) {
    return Internal("the module of " + card.name + " returns " + value.tagKind() +
                    "; the dense layout is a tuple of " + std::to_string(wanted) +
                    " tensors (boxes, scores" + (card.feature_map ? ", feature map)" : ")"));
  }
  std::vector<at::Tensor> data;
  std::vector<HostTensor> tensors;
  for (std::size_t i = 0; i < wanted; ++i) {
    const torch::jit::IValue& element = value.toTupleRef().elements()[i];
    if (!element.isTensor()) {
      return Internal("output " + std::to_string(i) + " of " + card.name + " is " +
                      element.tagKind() + ", not a tensor");
    }
    Hosted hosted(element.toTensor());
    data.push_back(std::move(hosted.data));
    tensors.push_back(std::move(hosted.view));
  }
  return ReadDenseTensors(tensors, card, batch, threshold);
}

Result<std::vector<ModelOutput>> ReadYolo(const torch::jit::IValue& value, const ModelCard& card,
                                          int batch, float threshold) {
  const torch::jit::IValue* first = FirstOf(value);
  if (!first->isTensor()) {
    return Internal("the module of " + card.name + " returns " + value.tagKind() +
                    "; the yolo layout is a tensor, or begins with it");
  }
  const Hosted hosted(first->toTensor());
  return ReadYoloTensor(hosted.view, card, batch, threshold);
}

Result<std::vector<ModelOutput>> ReadClassify(const torch::jit::IValue& value,
                                              const ModelCard& card, int batch, float threshold) {
  const torch::jit::IValue* first = FirstOf(value);
  if (!first->isTensor()) {
    return Internal("the module of " + card.name + " returns " + value.tagKind() +
                    "; the classify layout is a tensor, or begins with it");
  }
  const Hosted hosted(first->toTensor());
  return ReadClassifyTensor(hosted.view, card, batch, threshold);
}

Result<std::vector<ModelOutput>> ReadSemantic(const torch::jit::IValue& value,
                                              const ModelCard& card, int batch) {
  torch::jit::IValue scores = *FirstOf(value);
  if (value.isGenericDict()) {
    const auto entries = value.toGenericDict();
    const auto found = entries.find(torch::jit::IValue(std::string("out")));
    if (found != entries.end()) scores = found->value();
  }
  if (!scores.isTensor()) {
    return Internal("the module of " + card.name + " returns " + value.tagKind() +
                    "; the semantic layout is a tensor, begins with it, or has it as \"out\"");
  }
  const Hosted hosted(scores.toTensor());
  return ReadSemanticTensor(hosted.view, card, batch);
}

Result<std::vector<ModelOutput>> ReadTorchvision(const torch::jit::IValue& value,
                                                 const ModelCard& card, int height, int width,
                                                 float threshold) {
  const torch::jit::IValue* dict = FindDetections(value);
  if (dict == nullptr) {
    return Internal("the module of " + card.name + " returns " + value.tagKind() +
                    "; the torchvision layout is a list with a dict an image, or a tuple that "
                    "ends with it");
  }
  PRELABEL_TRY(const Detections found, ReadDetections(*dict, card, height, width));
  std::map<std::int64_t, std::uint16_t> class_of_label;
  for (std::size_t c = 0; c < card.category_ids.size(); ++c) {
    class_of_label[card.category_ids[c]] = static_cast<std::uint16_t>(c);
  }
  std::vector<ModelOutput> outputs(1);
  ModelOutput& output = outputs.front();
  output.suppressed = true;
  const std::int64_t n = found.scores.size(0);
  for (std::int64_t i = 0; i < n; ++i) {
    const float score = found.scores.data_ptr<float>()[i];
    if (!(score > threshold)) continue;
    const std::int64_t label = found.labels.data_ptr<std::int64_t>()[i];
    const auto known = class_of_label.find(label);
    if (known == class_of_label.end()) {
      if (label >= 0 && label < class_of_label.rbegin()->first) continue;
      return Internal("a label of " + card.name + " is " + std::to_string(label) +
                      "; the highest of the card's category_ids is " +
                      std::to_string(class_of_label.rbegin()->first));
    }
    const float* box = found.boxes.data_ptr<float>() + 4 * i;
    output.candidates.push_back({known->second, score, {box[0], box[1], box[2], box[3]}});
    if (card.masks.empty()) continue;
    if (!IsFinite(box)) {  // fails the item later on, by its box
      output.masks.push_back(
          {static_cast<std::uint32_t>(height),
           static_cast<std::uint32_t>(width),
           {static_cast<std::uint32_t>(height) * static_cast<std::uint32_t>(width)}});
      continue;
    }
    PRELABEL_TRY(Rle mask, MaskOf(found, i, card, output.candidates.back().box, height, width));
    output.masks.push_back(std::move(mask));
  }
  return outputs;
}

}  // namespace prelabel
