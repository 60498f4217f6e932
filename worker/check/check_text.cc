#include "worker/check/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace prelabel {
namespace {

constexpr std::size_t kShownClasses = 5;

std::string Classes(const ModelCard& card) {
  std::string text = fmt::format("{}: ", card.classes.size());
  const std::size_t shown = std::min(card.classes.size(), kShownClasses);
  text +=
      fmt::format("{}", fmt::join(card.classes.begin(),
                                  card.classes.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (card.classes.size() > shown) text += " …";
  return text;
}

std::string Input(const ModelInput& input) {
  const std::string size =
      input.resize == "none" ? "any size" : fmt::format("{} x {}", input.width, input.height);
  return fmt::format("{}, resize {}, {}, mean {}, std {}", size, input.resize, input.channels,
                     fmt::join(input.mean, " "), fmt::join(input.std, " "));
}

void AppendTable(const ModelCheck& check, std::string& text) {
  const ItemResult& item = *check.item;
  std::size_t widest = 5;
  for (const Prediction& found : item.predictions) {
    widest = std::max(widest, check.card.classes[found.class_id].size());
  }
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "\n{:>5}  {:<{}}  {:>7}  {:>7}  {:>7}  {:>7}{}\n", "score", "class", widest,
                 "left", "top", "width", "height", item.masks.empty() ? "" : "  mask pixels");
  for (std::size_t i = 0; i < item.predictions.size(); ++i) {
    const Prediction& found = item.predictions[i];
    const Box& box = found.box;
    fmt::format_to(out, "{:.3f}  {:<{}}  {:7.1f}  {:7.1f}  {:7.1f}  {:7.1f}", found.score,
                   check.card.classes[found.class_id], widest, box.x1, box.y1, box.Width(),
                   box.Height());
    if (!item.masks.empty()) fmt::format_to(out, "  {:11}", Area(item.masks[i]));
    text += '\n';
  }
}

}  // namespace

std::string CheckText(const ModelCheck& check, const CheckOptions& options) {
  const ModelCard& card = check.card;
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "name      {}\n", card.name);
  fmt::format_to(out, "task      {}, layout {}{}\n", card.task, card.layout,
                 card.feature_map ? " with feature map" : "");
  fmt::format_to(out, "backend   {}: {} on {}\n", card.backend, check.backend, check.device);
  fmt::format_to(out, "weights   {}, {:.1f} MiB\n", card.weights.string(),
                 static_cast<double>(check.weight_bytes) / (1 << 20));
  fmt::format_to(out, "sha256    {}, as the card says\n", card.sha256);
  fmt::format_to(out, "classes   {}\n", Classes(card));
  fmt::format_to(out, "input     {}\n", Input(card.input));
  fmt::format_to(out, "loading   {:.2f} s, with warm-up\n", check.load);
  fmt::format_to(out, "running   {:.1f} ms an image, one thread, median of {} {}\n",
                 check.an_image * 1000, check.runs, check.runs == 1 ? "run" : "runs");
  if (!check.item) return text;
  fmt::format_to(out, "image     {}, {} x {}\n", options.image.string(), check.item->width,
                 check.item->height);
  const std::size_t count = check.item->predictions.size();
  fmt::format_to(out, "found     {} {} over a score of {:g}, NMS {:g}\n", count,
                 count == 1 ? "object" : "objects", options.limits.threshold, options.limits.nms);
  if (count > 0) AppendTable(check, text);
  return text;
}

}  // namespace prelabel
