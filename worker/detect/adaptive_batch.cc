#include "worker/detect/adaptive_batch.h"

#include <algorithm>

namespace prelabel {

bool AdaptiveBatch::Shrink() {
  if (size_ == 1) return false;
  if (growing_) patience_ = std::min(2 * patience_, kMostPatience);
  growing_ = false;
  succeeded_ = 0;
  size_ = std::max(1, size_ / 2);
  return true;
}

void AdaptiveBatch::Succeeded() {
  if (size_ == largest_ && !growing_) return;
  if (++succeeded_ < patience_) return;
  succeeded_ = 0;
  if (size_ == largest_) {  // it fits now
    growing_ = false;
    patience_ = kFirstPatience;
    return;
  }
  growing_ = true;
  size_ = std::min(2 * size_, largest_);
}

}  // namespace prelabel
