// Arbitrary bytes as a model card: ParseModelCard never throws or crashes, an error has a message,
// and a card that is accepted keeps the promises that the worker builds on.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "common/job/model_card.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = prelabel::ParseModelCard(text, "model.yaml", "/models/a");
  if (!parsed.has_value()) {
    FUZZ_CHECK(parsed.error().code == prelabel::ErrorCode::kInvalidArgument);
    FUZZ_CHECK(!parsed.error().message.empty());
    return 0;
  }
  const prelabel::ModelCard& card = parsed.value();
  FUZZ_CHECK(!card.name.empty());
  FUZZ_CHECK(card.weights.is_absolute());
  FUZZ_CHECK(card.sha256.size() == 64);
  const int least_side = card.input.resize == "none" ? 0 : 1;
  FUZZ_CHECK(card.input.width >= least_side && card.input.width <= 16384 * least_side);
  FUZZ_CHECK(card.input.height >= least_side && card.input.height <= 16384 * least_side);
  FUZZ_CHECK(card.input.pad >= 0 && card.input.pad <= 255);
  FUZZ_CHECK((card.layout == "torchvision") == (card.input.resize == "none"));
  FUZZ_CHECK((card.task == "semantic") == (card.layout == "semantic"));
  FUZZ_CHECK((card.layout == "semantic") == !card.scores.empty());
  FUZZ_CHECK((card.task == "segment") == !card.masks.empty());
  FUZZ_CHECK(card.backend != "onnx" || (card.layout != "torchvision" && card.custom_ops.empty()));
  for (const std::string& library : card.custom_ops) {
    FUZZ_CHECK(!library.empty());
    FUZZ_CHECK(library.find('/') == std::string::npos || library.front() == '/');
  }
  for (std::size_t i = 0; i < 3; ++i) {
    FUZZ_CHECK(std::isfinite(card.input.mean[i]));
    FUZZ_CHECK(card.input.std[i] > 0 && std::isfinite(card.input.std[i]));
  }
  FUZZ_CHECK(!card.classes.empty() && card.classes.size() <= 65535);
  FUZZ_CHECK(card.category_ids.size() == card.classes.size());
  FUZZ_CHECK(std::set<int>(card.category_ids.begin(), card.category_ids.end()).size() ==
             card.category_ids.size());
  FUZZ_CHECK(std::set<std::string>(card.classes.begin(), card.classes.end()).size() ==
             card.classes.size());
  for (const int id : card.category_ids) FUZZ_CHECK(id >= 1);
  return 0;
}
