#include "coordinator/routing/label_router.h"

#include <utility>
#include <vector>

#include "coordinator/routing/routing.h"

namespace prelabel {
namespace {

class RouteFilter : public LabelWriter {
 public:
  RouteFilter(Route route, std::unique_ptr<LabelWriter> writer)
      : route_(route), writer_(std::move(writer)) {}

  Result<void> Add(const LabeledItem& item) override {
    if (item.drawn) return route_ == Route::kAuto ? writer_->Add(item) : Ok();
    kept_ = item;
    std::erase_if(kept_.labels, [&](const Label& label) { return label.route != route_; });
    return writer_->Add(kept_);
  }

  Result<void> Finish() override { return writer_->Finish(); }

 private:
  Route route_;
  std::unique_ptr<LabelWriter> writer_;
  LabeledItem kept_;
};

}  // namespace

const LabeledItem& LabelRouter::Routed(const LabeledItem& item) {
  routed_ = item;  // its labels reuse the memory of the item before
  for (Label& label : routed_.labels) {
    if (label.class_id != kDrawnClass) {
      label.route = RouteOf(verdicts_, label.category, label.score);
    }
  }
  return routed_;
}

std::unique_ptr<LabelWriter> OnlyRoute(Route route, std::unique_ptr<LabelWriter> writer) {
  return std::make_unique<RouteFilter>(route, std::move(writer));
}

}  // namespace prelabel
