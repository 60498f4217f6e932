#include "coordinator/formats/cvat_mask.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace prelabel {
namespace {

// Columns [begin, end) of a row.
struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
using Spans = std::vector<Span>;  // ascending, apart

// Gives the set spans of one row after the other.
class Rows {
 public:
  Rows(std::int64_t width, const std::vector<std::int64_t>& runs) : width_(width), runs_(runs) {}

  void Next(Spans* spans) {
    spans->clear();
    for (std::int64_t x = 0; x < width_;) {
      while (left_ == 0) {
        left_ = runs_[next_++];
        set_ = !set_;
      }
      const std::int64_t step = std::min(left_, width_ - x);
      if (set_ && !spans->empty() && spans->back().end == x) {
        spans->back().end = x + step;  // a run of no length lay between
      } else if (set_) {
        spans->push_back({x, x + step});
      }
      x += step;
      left_ -= step;
    }
  }

 private:
  const std::int64_t width_;
  const std::vector<std::int64_t>& runs_;
  std::size_t next_ = 0;
  std::int64_t left_ = 0;
  bool set_ = true;  // so that the first run is of zeros
};

// Calls visit(begin, end) where exactly one of the two rows is set.
template <class Visit>
void VisitDifference(const Spans& a, const Spans& b, const Visit& visit) {
  std::size_t i = 0;
  std::size_t j = 0;
  bool differs = false;
  std::int64_t from = 0;
  const auto edge = [](const Spans& spans, std::size_t k) {
    const Span& span = spans[k / 2];
    return k % 2 == 0 ? span.begin : span.end;
  };
  while (i < 2 * a.size() || j < 2 * b.size()) {
    const bool first = j >= 2 * b.size() || (i < 2 * a.size() && edge(a, i) <= edge(b, j));
    const std::int64_t x = first ? edge(a, i++) : edge(b, j++);
    if (differs && x > from) visit(from, x);
    differs = !differs;
    from = x;
  }
}

}  // namespace

Result<Rle> RleFromRows(std::int64_t height, std::int64_t width,
                        const std::vector<std::int64_t>& runs) {
  if (height < 1 || width < 1 || height > kMaxCvatMaskSide || width > kMaxCvatMaskSide) {
    return InvalidArgument(fmt::format("the mask is {} × {}; its sides must be from 1 to {}", width,
                                       height, kMaxCvatMaskSide));
  }
  std::int64_t rest = height * width;
  for (const std::int64_t run : runs) {
    if (run < 0) return InvalidArgument(fmt::format("the mask has a run of {} pixels", run));
    if (run > rest) rest = -1;
    if (rest < 0) break;
    rest -= run;
  }
  if (rest != 0) {
    return InvalidArgument(fmt::format(
        "the mask's runs do not add up to its {} × {} pixels; write it again", width, height));
  }

  // Going down the columns, the value changes at (x, y) where rows y - 1 and y differ at x; at the
  // top of a column, where its first pixel differs from the last of the column before.
  std::vector<std::int64_t> changes;
  Rows rows(width, runs);
  Spans first;
  Spans above;
  Spans row;
  bool too_many = false;
  const auto add = [&](std::int64_t y) {
    return [&changes, &too_many, height, y](std::int64_t begin, std::int64_t end) {
      too_many =
          too_many || changes.size() + static_cast<std::uint64_t>(end - begin) > kMaxCvatMaskRuns;
      if (too_many) return;
      for (std::int64_t x = begin; x < end; ++x) changes.push_back(x * height + y);
    };
  };
  rows.Next(&first);
  above = first;
  for (std::int64_t y = 1; y < height && !too_many; ++y) {
    rows.Next(&row);
    VisitDifference(above, row, add(y));
    above.swap(row);
  }
  for (Span& span : above) {  // the last row, a column to the right
    ++span.begin;
    ++span.end;
  }
  if (!above.empty() && above.back().end > width && --above.back().end == above.back().begin) {
    above.pop_back();
  }
  VisitDifference(above, first, add(0));
  if (too_many) {
    return InvalidArgument(
        fmt::format("the mask has more than {} runs down its columns", kMaxCvatMaskRuns));
  }
  std::sort(changes.begin(), changes.end());

  Rle rle;
  rle.height = static_cast<std::uint32_t>(height);
  rle.width = static_cast<std::uint32_t>(width);
  std::int64_t at = 0;
  for (const std::int64_t change : changes) {
    rle.counts.push_back(static_cast<std::uint32_t>(change - std::exchange(at, change)));
  }
  rle.counts.push_back(static_cast<std::uint32_t>(height * width - at));
  return rle;
}

}  // namespace prelabel
