#include "worker/model/onnx_header.h"

#include <optional>
#include <set>
#include <utility>

namespace prelabel {
namespace {

// A field: its number and either a varint's value or its bytes, a view into the file.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

// The fields of one message, in the order of the file.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  // Nothing at the end, and where what follows is no field: then broken() is the place.
  std::optional<Field> Next() {
    if (rest_.empty()) return std::nullopt;
    const char* const at = rest_.data();
    Field field;
    const auto key = Varint();
    if (key) {
      field.number = *key >> 3;
      if (field.number > 0 && Read(*key & 7, field)) return field;
    }
    broken_ = at;
    return std::nullopt;
  }
  const char* broken() const { return broken_; }

 private:
  std::optional<std::uint64_t> Varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  bool Read(std::uint64_t wire_type, Field& field) {
    std::optional<std::uint64_t> size;
    switch (wire_type) {
      case 0: {
        const auto value = Varint();
        field.value = value.value_or(0);
        return value.has_value();
      }
      case 1:
        size = 8;
        break;
      case 2:
        size = Varint();
        break;
      case 5:
        size = 4;
        break;
      default:
        return false;
    }
    if (!size || *size > rest_.size()) return false;
    field.bytes = rest_.substr(0, static_cast<std::size_t>(*size));
    rest_.remove_prefix(static_cast<std::size_t>(*size));
    return true;
  }

  std::string_view rest_;
  const char* broken_ = nullptr;
};

// Calls `use` with each field of a message; where it is broken, if it is.
template <class Use>
const char* ForEach(std::string_view message, Use use) {
  Fields fields(message);
  while (const auto field = fields.Next()) {
    if (const char* broken = use(*field)) return broken;
  }
  return fields.broken();
}

// TensorShapeProto.Dimension: dim_value = 1.
const char* ReadDimension(std::string_view message, std::vector<std::int64_t>& shape) {
  shape.push_back(-1);
  return ForEach(message, [&](const Field& field) -> const char* {
    const auto value = static_cast<std::int64_t>(field.value);
    if (field.number == 1 && value > 0) shape.back() = value;
    return nullptr;
  });
}

// ValueInfoProto: name = 1, type = 2. TypeProto: tensor_type = 1. TypeProto.Tensor: shape = 2.
// TensorShapeProto: dim = 1.
const char* ReadValue(std::string_view message, OnnxValue& value) {
  return ForEach(message, [&](const Field& info) -> const char* {
    if (info.number == 1) value.name = info.bytes;
    if (info.number != 2) return nullptr;
    return ForEach(info.bytes, [&](const Field& type) -> const char* {
      if (type.number != 1) return nullptr;
      return ForEach(type.bytes, [&](const Field& tensor) -> const char* {
        if (tensor.number != 2) return nullptr;
        return ForEach(tensor.bytes, [&](const Field& dimension) -> const char* {
          return dimension.number == 1 ? ReadDimension(dimension.bytes, value.shape) : nullptr;
        });
      });
    });
  });
}

// GraphProto: initializer = 5 (TensorProto: name = 8), input = 11, output = 12.
const char* ReadGraph(std::string_view message, OnnxHeader& header,
                      std::set<std::string_view>& weights) {
  return ForEach(message, [&](const Field& field) -> const char* {
    if (field.number == 5) {
      return ForEach(field.bytes, [&](const Field& tensor) -> const char* {
        if (tensor.number == 8) weights.insert(tensor.bytes);
        return nullptr;
      });
    }
    if (field.number != 11 && field.number != 12) return nullptr;
    auto& values = field.number == 11 ? header.inputs : header.outputs;
    return ReadValue(field.bytes, values.emplace_back());
  });
}

// OperatorSetIdProto: domain = 1, version = 2. The standard operators' domain is empty or ai.onnx.
const char* ReadOperatorSet(std::string_view message, OnnxHeader& header) {
  std::string_view domain;
  std::int64_t version = 0;
  const char* broken = ForEach(message, [&](const Field& field) -> const char* {
    if (field.number == 1) domain = field.bytes;
    if (field.number == 2) version = static_cast<std::int64_t>(field.value);
    return nullptr;
  });
  if (domain.empty() || domain == "ai.onnx") header.opset = version;
  return broken;
}

}  // namespace

Result<OnnxHeader> ReadOnnxHeader(std::string_view file) {
  OnnxHeader header;
  std::set<std::string_view> weights;
  bool graph = false;
  // ModelProto: graph = 7, opset_import = 8.
  const char* broken = ForEach(file, [&](const Field& field) -> const char* {
    if (field.number == 8) return ReadOperatorSet(field.bytes, header);
    if (field.number != 7) return nullptr;
    graph = true;
    return ReadGraph(field.bytes, header, weights);
  });
  if (broken != nullptr) {
    return InvalidArgument("this is no ONNX model, or it is cut off: byte " +
                           std::to_string(broken - file.data()) + " of " +
                           std::to_string(file.size()) + " begins no field");
  }
  if (!graph || header.outputs.empty()) {
    return InvalidArgument(std::string("this is no ONNX model: it has no ") +
                           (graph ? "output" : "graph"));
  }
  std::erase_if(header.inputs,
                [&](const OnnxValue& input) { return weights.contains(input.name); });
  return header;
}

}  // namespace prelabel
